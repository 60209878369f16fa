using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

internal static partial class AttendanceModel
{
    private static void BuildCalendars(ModelBuilder builder) => builder.Entity<CalendarFeed>(feed =>
    {
        feed.ToTable("calendar_feeds");
        feed.Property(each => each.TokenHash).HasMaxLength(CalendarFeed.HashLength);
        feed.Property(each => each.Place).HasMaxLength(Schedule.PlaceLength);
        feed.Property(each => each.PlaceKey).HasMaxLength(Schedule.PlaceLength);
        feed.HasOne<Group>().WithMany().HasForeignKey(each => each.GroupId).OnDelete(DeleteBehavior.Cascade);
        feed.HasIndex(each => each.TokenHash).IsUnique();
    });
}
