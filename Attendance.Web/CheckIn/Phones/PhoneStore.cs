using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Attendance.Web.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.CheckIn.Phones;

/// <summary>What became of the wish for another phone.</summary>
internal abstract record PhoneIssue
{
    /// <param name="Code">The one-time code, which cannot be shown again.</param>
    public sealed record Issued(string Code) : PhoneIssue;

    /// <summary>The person has as many phones as may be.</summary>
    public sealed record TooMany : PhoneIssue;

    public sealed record NoPerson : PhoneIssue;
}

/// <summary>Keeps the phones that show people's QR codes, and the one-time codes that set them up.</summary>
internal sealed partial class PhoneStore(AttendanceDb db, AuditLog audit, IOptions<CheckInOptions> options, TimeProvider clock, ILogger<PhoneStore> logger)
{
    /// <summary>How many phones a person may have.</summary>
    public const int Most = 5;

    private static readonly TimeSpan s_seenToThe = TimeSpan.FromHours(1);

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Lists the phones of a person that were set up.</summary>
    public async Task<IReadOnlyList<Phone>> ListAsync(Guid personId, CancellationToken cancellationToken) =>
        await db.Phones.AsNoTracking().Where(phone => phone.PersonId == personId && phone.SetUpAt != null).OrderBy(phone => phone.SetUpAt).ToListAsync(cancellationToken);

    /// <summary>Issues the one-time code for another phone. One that was issued before and not used is worth nothing from then on.</summary>
    public async Task<PhoneIssue> IssueAsync(Guid personId, string accountId, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await db.LockPersonAsync(personId, seenAt: null, cancellationToken))
        {
            return new PhoneIssue.NoPerson();
        }

        await db.Phones.Where(phone => phone.PersonId == personId && phone.SetUpAt == null).ExecuteDeleteAsync(cancellationToken);
        if (await db.Phones.CountAsync(phone => phone.PersonId == personId, cancellationToken) >= Most)
        {
            return new PhoneIssue.TooMany();
        }

        var code = OneTimeCode.New();
        var phone = new Phone { PersonId = personId, IssuedAt = Now, SetupCodeHash = OneTimeCode.HashOf(code), SetupCodeUntil = Now + options.Value.PhoneSetupLasts };
        db.Phones.Add(phone);
        audit.Add(accountId, new("phone.issued", phone.Id, personId));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        return new PhoneIssue.Issued(code);
    }

    /// <summary>Makes the phone that sends this code its person's. A code works once.</summary>
    /// <returns>The id of the phone, or null if the code is not valid.</returns>
    public async Task<Guid?> SetUpAsync(string? code, CancellationToken cancellationToken)
    {
        var (hash, now) = (OneTimeCode.HashOf(code), Now);
        var found = await db.Phones.AsNoTracking().SingleOrDefaultAsync(phone => phone.SetupCodeHash == hash && phone.SetupCodeUntil > now, cancellationToken);
        if (found is null
            || await db.Phones.Where(phone => phone.Id == found.Id && phone.SetupCodeHash == hash).ExecuteUpdateAsync( // of two phones with the same code, one
                phone => phone.SetProperty(each => each.SetupCodeHash, (string?)null).SetProperty(each => each.SetupCodeUntil, (DateTime?)null)
                    .SetProperty(each => each.SetUpAt, now).SetProperty(each => each.SeenAt, now),
                cancellationToken) == 0)
        {
            return null;
        }

        LogSetUp(found.Id, found.PersonId);
        return found.Id;
    }

    /// <summary>Revokes a phone. It shows nothing more, and what it shows now is worth nothing.</summary>
    public Task RevokeAsync(Guid personId, Guid phoneId, string accountId, CancellationToken cancellationToken) =>
        audit.DeleteAsync(db.Phones.Where(phone => phone.Id == phoneId && phone.PersonId == personId), accountId, new("phone.revoked", phoneId, personId), cancellationToken);

    /// <returns>What the phone's person is called where others see it, or null if it was revoked.</returns>
    public async Task<string?> FirstNameAsync(Guid phoneId, CancellationToken cancellationToken) =>
        await (from phone in db.Phones where phone.Id == phoneId join person in db.People on phone.PersonId equals person.Id select person.FullName)
            .SingleOrDefaultAsync(cancellationToken) is { } name ? CheckInService.FirstNameOf(name) : null;

    public async Task SeenAsync(Guid phoneId, CancellationToken cancellationToken)
    {
        var (now, before) = (Now, Now - s_seenToThe);
        await db.Phones.Where(phone => phone.Id == phoneId && (phone.SeenAt == null || phone.SeenAt < before))
            .ExecuteUpdateAsync(phone => phone.SetProperty(each => each.SeenAt, now), cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Phone {PhoneId} was set up for person {PersonId}")]
    private partial void LogSetUp(Guid phoneId, Guid personId);
}
