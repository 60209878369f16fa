using System.Data.Common;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

/// <summary>
/// Stores people, their pictures, their groups, sessions and check-ins, the accounts of those who enroll them, and the keys that protect this data. There is one model, but
/// each kind of database has a class of its own below, because each needs its own migrations.
/// </summary>
internal abstract partial class AttendanceDb(DbContextOptions options)
    : IdentityUserContext<Account, string, IdentityUserClaim<string>, IdentityUserLogin<string>, IdentityUserToken<string>, AccountPasskey>(options), IDataProtectionKeyContext
{
    public DbSet<Person> People => Set<Person>();

    public DbSet<ConsentText> ConsentTexts => Set<ConsentText>();

    public DbSet<Shot> Shots => Set<Shot>();

    public DbSet<ShotPicture> ShotPictures => Set<ShotPicture>();

    public DbSet<ShotTemplate> ShotTemplates => Set<ShotTemplate>();

    public DbSet<SignInCount> SignInCounts => Set<SignInCount>();

    public DbSet<SignInSession> SignInSessions => Set<SignInSession>();

    public DbSet<SpentLogoutToken> SpentLogoutTokens => Set<SpentLogoutToken>();

    public DbSet<AccountTeam> AccountTeams => Set<AccountTeam>();

    public DbSet<CameraRule> CameraRules => Set<CameraRule>();

    public DbSet<Group> Groups => Set<Group>();

    public DbSet<Membership> Memberships => Set<Membership>();

    public DbSet<Schedule> Schedules => Set<Schedule>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<SessionGroup> SessionGroups => Set<SessionGroup>();

    public DbSet<Holiday> Holidays => Set<Holiday>();

    public DbSet<ClosedPeriod> ClosedPeriods => Set<ClosedPeriod>();

    public DbSet<CheckInEvent> CheckIns => Set<CheckInEvent>();

    public DbSet<CheckInSession> CheckInSessions => Set<CheckInSession>();

    public DbSet<PersonCode> PersonCodes => Set<PersonCode>();

    public DbSet<Phone> Phones => Set<Phone>();

    public DbSet<CodeCount> CodeCounts => Set<CodeCount>();

    public DbSet<FaceDoubt> FaceDoubts => Set<FaceDoubt>();

    public DbSet<Kiosk> Kiosks => Set<Kiosk>();

    public DbSet<PhonePairing> PhonePairings => Set<PhonePairing>();

    public DbSet<Door> Doors => Set<Door>();

    public DbSet<Contact> Contacts => Set<Contact>();

    public DbSet<NotificationRule> NotificationRules => Set<NotificationRule>();

    public DbSet<Notification> Notifications => Set<Notification>();

    public DbSet<NotificationLook> NotificationLooks => Set<NotificationLook>();

    public DbSet<OutgoingMail> Mails => Set<OutgoingMail>();

    public DbSet<CalendarFeed> CalendarFeeds => Set<CalendarFeed>();

    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    public DbSet<Deletion> Deletions => Set<Deletion>();

    public DbSet<WebhookTarget> WebhookTargets => Set<WebhookTarget>();

    public DbSet<WebhookMessage> WebhookMessages => Set<WebhookMessage>();

    public DbSet<WebhookDispatch> WebhookDispatches => Set<WebhookDispatch>();

    public DbSet<PersonHold> PersonHolds => Set<PersonHold>();

    public DbSet<PrivacyLink> PrivacyLinks => Set<PrivacyLink>();

    public DbSet<PrivacyRequest> PrivacyRequests => Set<PrivacyRequest>();

    public DbSet<RetentionClock> RetentionClocks => Set<RetentionClock>();

    public DbSet<RetentionRun> RetentionRuns => Set<RetentionRun>();

    public DbSet<RetentionPermit> RetentionPermits => Set<RetentionPermit>();

    public DbSet<ImportRun> ImportRuns => Set<ImportRun>();

    public DbSet<ImportSource> ImportSources => Set<ImportSource>();

    public DbSet<ImportItem> ImportItems => Set<ImportItem>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>
    /// Removes from the database files what has just been deleted or overwritten. Queries do not return it any more in any case, so this
    /// gives up if it takes too long, and only logs a failure.
    /// </summary>
    public async Task ForgetDeletedAsync(ILogger logger)
    {
        try
        {
            if (!await TrySweepAsync())
            {
                LogNotSwept(logger, "it is being read");
            }
        }
        catch (DbException exception)
        {
            LogNotSwept(logger, exception.Message);
        }
    }

    /// <returns><see langword="false"/> if another connection is in the way.</returns>
    protected abstract Task<bool> TrySweepAsync();

    /// <summary>Returns whether a write failed because another row already has the value.</summary>
    public abstract bool IsDuplicate(DbUpdateException exception);

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        builder.Entity<Account>(account =>
        {
            account.ToTable("accounts");
            account.Property(each => each.Role).HasConversion<string>().HasMaxLength(16);
        });

        AttendanceModel.BuildSignIns(builder);

        builder.Entity<AccountTeam>(team =>
        {
            team.ToTable("account_teams");
            team.HasKey(each => new { each.AccountId, each.Team });
            team.Property(each => each.Team).HasMaxLength(AccountTeam.NameLength);
            team.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId).OnDelete(DeleteBehavior.Cascade);
        });

        builder.Entity<CameraRule>(rule =>
        {
            rule.ToTable("camera_rules");
            rule.Property(each => each.Camera).HasMaxLength(CameraRule.CameraLength);
            rule.Property(each => each.Watch).HasMaxLength(CameraRule.GrantLength);
            rule.Property(each => each.Borrow).HasMaxLength(CameraRule.GrantLength);
            rule.Property(each => each.Publish).HasMaxLength(CameraRule.GrantLength);
            rule.HasIndex(each => each.Camera).IsUnique();
        });

        builder.Entity<ConsentText>(text =>
        {
            text.ToTable("consent_texts");
            text.HasKey(each => each.Version);
            text.Property(each => each.Version).HasMaxLength(ConsentText.VersionLength);
        });

        builder.Entity<Person>(person =>
        {
            person.ToTable("people");
            person.Property(each => each.FullName).HasMaxLength(Person.NameLength);
            person.Property(each => each.Number).HasMaxLength(Person.NumberLength);
            person.Property(each => each.NumberKey).HasMaxLength(Person.NumberLength);
            person.Property(each => each.Group).HasMaxLength(Person.GroupLength);
            person.HasIndex(each => each.NumberKey).IsUnique();
            person.HasIndex(each => new { each.SortKey, each.Id }); // lists are read in this order
            person.HasIndex(each => new { each.Group, each.SortKey, each.Id });
            person.Property(each => each.Stamp).IsConcurrencyToken();
            person.OwnsOne(each => each.Consent, consent =>
            {
                consent.Property(each => each.Version).HasMaxLength(ConsentText.VersionLength);
                consent.Property(each => each.Giver).HasConversion<string>().HasMaxLength(Consent.GiverLength);
                consent.Property(each => each.Evidence).HasMaxLength(Consent.EvidenceLength);
                consent.HasOne<ConsentText>().WithMany().HasForeignKey(each => each.Version).OnDelete(DeleteBehavior.Restrict);
            });
            person.HasMany(each => each.Shots).WithOne().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
        });

        builder.Entity<Shot>(shot =>
        {
            shot.ToTable("shots");
            shot.Property(each => each.Pose).HasConversion<string>().HasMaxLength(16);
            shot.HasIndex(each => new { each.PersonId, each.Pose }).IsUnique();
            shot.HasIndex(each => new { each.CameraId, each.FencingToken });
            shot.HasOne<ShotPicture>().WithOne().HasForeignKey<ShotPicture>(each => each.ShotId).OnDelete(DeleteBehavior.Cascade);
            shot.HasOne<ShotTemplate>().WithOne().HasForeignKey<ShotTemplate>(each => each.ShotId).OnDelete(DeleteBehavior.Cascade);
        });

        builder.Entity<ShotPicture>(picture =>
        {
            picture.ToTable("shot_pictures");
            picture.HasKey(each => each.ShotId);
        });

        builder.Entity<ShotTemplate>(template =>
        {
            template.ToTable("shot_templates");
            template.HasKey(each => each.ShotId);
            template.Property(each => each.Model).HasMaxLength(ShotTemplate.ModelLength);
        });

        AttendanceModel.Build(builder);
        NotificationModel.Build(builder);
        PrivacyModel.Build(builder);
        ImportModel.Build(builder);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder conventions) =>
        conventions.Properties<DateTime>().HaveConversion<UtcTime>();

    [LoggerMessage(LogLevel.Warning, "Deleted data remains in the files of the database until the next deletion: {Cause}")]
    private static partial void LogNotSwept(ILogger logger, string cause);
}
