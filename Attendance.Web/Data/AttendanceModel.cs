using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Attendance.Web.Data;

/// <summary>The tables of groups, schedules, sessions and check-ins.</summary>
internal static partial class AttendanceModel
{
    private const string Lasting = "\"Until\" IS NULL";

    private static readonly JsonSerializerOptions s_rules = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true };

    public static void Build(ModelBuilder builder)
    {
        builder.Entity<Group>(group =>
        {
            group.ToTable("groups");
            group.Property(each => each.Name).HasMaxLength(Group.NameLength);
            group.HasIndex(each => each.NameKey).IsUnique();
            group.Property(each => each.Stamp).IsConcurrencyToken();
            group.HasMany(each => each.Memberships).WithOne().HasForeignKey(each => each.GroupId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Membership>(membership =>
        {
            membership.ToTable("memberships");
            membership.HasOne<Person>().WithMany().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
            membership.HasIndex(each => new { each.GroupId, each.PersonId }).IsUnique().HasFilter(Lasting);
            membership.HasIndex(each => new { each.GroupId, each.From }); // sessions also expect those whose membership has ended since
        });
        BuildSchedules(builder);
        BuildCheckIns(builder);
        BuildIntegration(builder);
        BuildCalendars(builder);
    }

    private static void BuildSchedules(ModelBuilder builder)
    {
        builder.Entity<Schedule>(schedule =>
        {
            schedule.ToTable("schedules");
            schedule.Property(each => each.Name).HasMaxLength(Schedule.NameLength);
            schedule.Property(each => each.Recurrence).HasMaxLength(Schedule.RecurrenceLength);
            schedule.Property(each => each.Zone).HasMaxLength(Schedule.ZoneLength);
            schedule.Property(each => each.Place).HasMaxLength(Schedule.PlaceLength);
            schedule.Property(each => each.Duration).HasConversion<long>();
            schedule.Property(each => each.Source).HasMaxLength(Schedule.SourceLength);
            schedule.HasIndex(each => each.Source).IsUnique(); // schedules that were made here have none, and nulls differ
            HasRules(schedule.Property(each => each.Rules));
            schedule.Property(each => each.Stamp).IsConcurrencyToken();
            schedule.HasMany(each => each.Groups).WithOne().HasForeignKey(each => each.ScheduleId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<ScheduleGroup>(link =>
        {
            link.ToTable("schedule_groups");
            link.HasKey(each => new { each.ScheduleId, each.GroupId });
            link.HasOne<Group>().WithMany().HasForeignKey(each => each.GroupId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<Session>(session =>
        {
            session.ToTable("sessions");
            session.Property(each => each.Name).HasMaxLength(Schedule.NameLength);
            session.Property(each => each.Zone).HasMaxLength(Schedule.ZoneLength);
            session.Property(each => each.Place).HasMaxLength(Schedule.PlaceLength);
            session.Property(each => each.State).HasConversion<string>().HasMaxLength(16);
            HasRules(session.Property(each => each.Rules));
            session.Property(each => each.Stamp).IsConcurrencyToken();
            session.HasOne<Schedule>().WithMany().HasForeignKey(each => each.ScheduleId).OnDelete(DeleteBehavior.Restrict);
            session.HasIndex(each => new { each.ScheduleId, each.OriginalDay }).IsUnique(); // single sessions have no schedule, and nulls differ
            session.HasIndex(each => each.OpensAt);
            session.HasIndex(each => each.Day);
            session.HasMany(each => each.Groups).WithOne().HasForeignKey(each => each.SessionId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<SessionGroup>(link =>
        {
            link.ToTable("session_groups");
            link.HasKey(each => new { each.SessionId, each.GroupId });
            link.HasOne<Group>().WithMany().HasForeignKey(each => each.GroupId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<Holiday>(holiday =>
        {
            holiday.ToTable("holidays");
            holiday.Property(each => each.Name).HasMaxLength(Holiday.NameLength);
            holiday.Property(each => each.Source).HasMaxLength(Holiday.SourceLength);
            holiday.HasIndex(each => new { each.Source, each.FirstDay }).IsUnique();
        });
        builder.Entity<ClosedPeriod>(period => period.ToTable("closed_periods"));
    }

    private static void BuildCheckIns(ModelBuilder builder)
    {
        builder.Entity<CheckInEvent>(each =>
        {
            each.ToTable("check_ins");
            each.Property(one => one.Id).ValueGeneratedNever();
            each.Property(one => one.Method).HasConversion<string>().HasMaxLength(16);
            each.Property(one => one.States).HasConversion<string>().HasMaxLength(16);
            each.Property(one => one.Place).HasMaxLength(CheckInEvent.PlaceLength);
            each.Property(one => one.KioskId).HasMaxLength(CheckInEvent.KioskLength);
            each.Property(one => one.Reason).HasMaxLength(CheckInEvent.ReasonLength);
            each.Property(one => one.Evidence).HasMaxLength(CheckInEvent.EvidenceLength);
            each.HasOne<Person>().WithMany().HasForeignKey(one => one.PersonId).OnDelete(DeleteBehavior.Cascade);
            each.HasIndex(one => new { one.PersonId, one.At });
            each.HasMany(one => one.Sessions).WithOne().HasForeignKey(one => one.EventId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<CheckInSession>(link =>
        {
            link.ToTable("check_in_sessions");
            link.HasKey(each => new { each.EventId, each.SessionId });
            link.HasOne<Session>().WithMany().HasForeignKey(each => each.SessionId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<PersonCode>(code =>
        {
            code.ToTable("person_codes");
            code.HasKey(each => each.PersonId);
            code.HasOne<Person>().WithOne().HasForeignKey<PersonCode>(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Phone>(phone =>
        {
            phone.ToTable("phones");
            phone.Property(each => each.SetupCodeHash).HasMaxLength(Phone.CodeHashLength);
            phone.HasOne<Person>().WithMany().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
            phone.HasIndex(each => each.SetupCodeHash).IsUnique(); // nulls differ
        });
        builder.Entity<CodeCount>(count =>
        {
            count.ToTable("code_counts");
            count.HasKey(each => each.Key);
            count.Property(each => each.Key).HasMaxLength(CodeCount.KeyLength);
            count.HasOne<Person>().WithMany().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<FaceDoubt>(doubt =>
        {
            doubt.ToTable("face_doubts");
            doubt.Property(each => each.KioskId).HasMaxLength(FaceDoubt.KioskLength);
            doubt.Property(each => each.Place).HasMaxLength(Kiosk.PlaceLength);
            doubt.Property(each => each.Evidence).HasMaxLength(FaceDoubt.EvidenceLength);
            doubt.HasOne<Person>().WithMany().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
            doubt.HasOne<Person>().WithMany().HasForeignKey(each => each.OtherId).OnDelete(DeleteBehavior.Cascade);
            doubt.HasIndex(each => each.Until);
        });
        builder.Entity<Kiosk>(kiosk =>
        {
            kiosk.ToTable("kiosks");
            kiosk.Property(each => each.Name).HasMaxLength(Kiosk.NameLength);
            kiosk.Property(each => each.Place).HasMaxLength(Kiosk.PlaceLength);
            kiosk.Property(each => each.CameraId).HasMaxLength(Kiosk.CameraLength);
            kiosk.Property(each => each.SetupCodeHash).HasMaxLength(Kiosk.CodeHashLength);
            kiosk.HasIndex(each => each.SetupCodeHash).IsUnique(); // nulls differ
        });
        builder.Entity<PhonePairing>(pairing =>
        {
            pairing.ToTable("phone_pairings");
            pairing.Property(each => each.CodeHash).HasMaxLength(PhonePairing.CodeHashLength);
            pairing.Property(each => each.SignInId).HasMaxLength(SignInSession.IdLength);
            pairing.Property(each => each.CameraId).HasMaxLength(PhonePairing.CameraLength);
            pairing.Property(each => each.End).HasConversion<string>().HasMaxLength(PhonePairing.EndLength);
            pairing.HasIndex(each => each.CodeHash).IsUnique(); // nulls differ
            pairing.HasIndex(each => each.IsFreed); // those that are not are looked for every few seconds
        });
        builder.Entity<Door>(door =>
        {
            door.ToTable("doors");
            door.Property(each => each.Name).HasMaxLength(Door.NameLength);
            door.Property(each => each.Place).HasMaxLength(Door.PlaceLength);
            door.Property(each => each.CameraId).HasMaxLength(Door.CameraLength);
            door.HasIndex(each => each.CameraId).IsUnique();
        });
        builder.Entity<AuditEntry>(entry =>
        {
            entry.ToTable("audit_entries");
            entry.Property(each => each.Action).HasMaxLength(AuditEntry.ActionLength);
            entry.Property(each => each.Reason).HasMaxLength(AuditEntry.ReasonLength);
            entry.Property(each => each.Detail).HasMaxLength(AuditEntry.DetailLength);
            entry.HasOne<Person>().WithMany().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
            entry.HasIndex(each => each.SubjectId);
        });
    }

    /// <summary>Stores rules as one JSON value: they are read and written as a whole.</summary>
    private static void HasRules(PropertyBuilder<MarkRules> rules) => rules.HasConversion(
        value => JsonSerializer.Serialize(value, s_rules),
        stored => JsonSerializer.Deserialize<MarkRules>(stored, s_rules)!);
}
