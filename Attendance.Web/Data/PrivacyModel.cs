using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

/// <summary>The tables of retention, and of what people ask about their own data.</summary>
internal static class PrivacyModel
{
    public static void Build(ModelBuilder builder)
    {
        builder.Entity<PersonHold>(hold =>
        {
            hold.ToTable("person_holds");
            hold.HasKey(each => each.PersonId);
            hold.Property(each => each.Reason).HasMaxLength(PersonHold.ReasonLength);
            hold.HasOne<Person>().WithOne().HasForeignKey<PersonHold>(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<PrivacyLink>(link =>
        {
            link.ToTable("privacy_links");
            link.HasKey(each => each.PersonId);
            link.Property(each => each.CodeHash).HasMaxLength(PrivacyLink.CodeHashLength);
            link.HasIndex(each => each.CodeHash).IsUnique();
            link.HasIndex(each => each.Id).IsUnique();
            link.HasOne<Person>().WithOne().HasForeignKey<PrivacyLink>(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<PrivacyRequest>(request =>
        {
            request.ToTable("privacy_requests");
            request.Property(each => each.Reason).HasMaxLength(PrivacyRequest.ReasonLength);
            request.HasIndex(each => each.PersonId).IsUnique().HasFilter("\"RefusedAt\" IS NULL"); // one that is open
            request.HasOne<Person>().WithMany().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<RetentionClock>(clock =>
        {
            clock.ToTable("retention_clock");
            clock.Property(each => each.Id).ValueGeneratedNever();
        });
        builder.Entity<RetentionRun>(run =>
        {
            run.ToTable("retention_runs");
            run.HasKey(each => new { each.RunId, each.Purpose });
            run.Property(each => each.Purpose).HasMaxLength(RetentionRun.PurposeLength);
            run.HasIndex(each => each.StartedAt);
        });
        builder.Entity<RetentionPermit>(permit =>
        {
            permit.ToTable("retention_permits");
            permit.HasKey(each => each.Purpose);
            permit.Property(each => each.Purpose).HasMaxLength(RetentionRun.PurposeLength);
        });
    }
}
