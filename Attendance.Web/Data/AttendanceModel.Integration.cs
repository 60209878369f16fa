using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

/// <summary>The tables of what other programs read, and are told.</summary>
internal static partial class AttendanceModel
{
    private static void BuildIntegration(ModelBuilder builder)
    {
        builder.Entity<ApiToken>(token =>
        {
            token.ToTable("api_tokens");
            token.Property(each => each.Name).HasMaxLength(ApiToken.NameLength);
            token.Property(each => each.Hash).HasMaxLength(ApiToken.HashLength);
            token.Property(each => each.Scopes).HasMaxLength(ApiToken.ScopesLength);
            token.HasIndex(each => each.Hash).IsUnique();
        });
        builder.Entity<Deletion>(deletion =>
        {
            deletion.ToTable("deletions");
            deletion.Property(each => each.Kind).HasConversion<string>().HasMaxLength(16);
            deletion.HasKey(each => new { each.Kind, each.At, each.Id }); // lists are read in this order
        });
        builder.Entity<WebhookTarget>(target =>
        {
            target.ToTable("webhooks");
            target.Property(each => each.Name).HasMaxLength(WebhookTarget.NameLength);
            target.Property(each => each.Host).HasMaxLength(WebhookTarget.HostLength);
            target.Property(each => each.Events).HasMaxLength(WebhookTarget.EventsLength);
        });
        builder.Entity<WebhookMessage>(message =>
        {
            message.ToTable("webhook_messages");
            message.Property(each => each.Type).HasMaxLength(WebhookMessage.TypeLength);
            message.HasOne<Person>().WithMany().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
            message.HasMany(each => each.Dispatches).WithOne().HasForeignKey(each => each.MessageId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<WebhookDispatch>(dispatch =>
        {
            dispatch.ToTable("webhook_dispatches");
            dispatch.Property(each => each.State).HasConversion<string>().HasMaxLength(16);
            dispatch.Property(each => each.Error).HasMaxLength(WebhookDispatch.ErrorLength);
            dispatch.HasOne<WebhookTarget>().WithMany().HasForeignKey(each => each.TargetId).OnDelete(DeleteBehavior.Cascade);
            dispatch.HasIndex(each => new { each.State, each.DueAt });
        });

        // What was there before changes were recorded: not the smallest time, which PostgreSQL would be sent as minus infinity.
        builder.Entity<Group>().Property(each => each.ChangedAt).HasDefaultValue(DateTime.UnixEpoch);
        builder.Entity<Session>().Property(each => each.ChangedAt).HasDefaultValue(DateTime.UnixEpoch);

        // Lists are read in the order of changes.
        builder.Entity<Person>().HasIndex(each => new { each.ChangedAt, each.Id });
        builder.Entity<Session>().HasIndex(each => new { each.ChangedAt, each.Id });
        builder.Entity<CheckInEvent>().HasIndex(each => new { each.RecordedAt, each.Id });
        builder.Entity<Session>().HasIndex(each => new { each.ClosedToldAt, each.ClosesAt });
    }
}
