using Attendance.Web.Accounts;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Languages;
using Attendance.Web.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Kiosks;

/// <summary>Keeps the kiosks, and the one-time codes that make a device one of them.</summary>
internal sealed partial class KioskStore(
    AttendanceDb db, AuditLog audit, KioskValidity validity, IOptions<KioskOptions> options, TimeProvider clock, ILogger<KioskStore> logger)
{
    private static readonly TimeSpan s_seenToThe = TimeSpan.FromMinutes(1);

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task<IReadOnlyList<Kiosk>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await db.Kiosks.AsNoTracking().ToListAsync(cancellationToken)).OrderBy(kiosk => kiosk.Name, Show.ByName()).ThenBy(kiosk => kiosk.Id)];

    /// <summary>Adds a kiosk.</summary>
    /// <returns>The kiosk, and the code that sets up its device. The code cannot be shown again.</returns>
    public async Task<(Kiosk Kiosk, string Code)> AddAsync(KioskForm form, string accountId, CancellationToken cancellationToken)
    {
        var kiosk = new Kiosk
        {
            Name = Writing.Tidy(form.Name!), Place = Writing.Tidy(form.Place!), CameraId = form.CameraId is { Length: > 0 } camera ? camera : null,
            IsStaffed = form.IsStaffed, Stamp = Guid.NewGuid(), CreatedAt = Now,
        };
        var code = Issue(kiosk);
        db.Kiosks.Add(kiosk);
        audit.Add(accountId, new("kiosk.added", kiosk.Id, Detail: $"place {kiosk.Place}"));
        await db.SaveChangesAsync(cancellationToken);
        LogAdded(kiosk.Id, accountId);
        return (kiosk, code);
    }

    /// <summary>Issues another code, for another device. The device of now goes on until that one is set up.</summary>
    /// <returns>The code, or null if there is no such kiosk.</returns>
    public async Task<string?> IssueCodeAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        if (await db.Kiosks.SingleOrDefaultAsync(kiosk => kiosk.Id == id, cancellationToken) is not { } kiosk)
        {
            return null;
        }

        var code = Issue(kiosk);
        audit.Add(accountId, new("kiosk.code_issued", id));
        await db.SaveChangesAsync(cancellationToken);
        return code;
    }

    /// <summary>Makes the device that sends this code the kiosk. A code works once, and the device of before is signed out.</summary>
    /// <returns>The kiosk, or null if the code is not valid.</returns>
    public async Task<Kiosk?> SetUpAsync(string? code, CancellationToken cancellationToken)
    {
        var (hash, now, stamp) = (OneTimeCode.HashOf(code), Now, Guid.NewGuid());
        var found = await db.Kiosks.AsNoTracking().SingleOrDefaultAsync(kiosk => kiosk.SetupCodeHash == hash && kiosk.SetupCodeUntil > now, cancellationToken);
        if (found is null
            || await db.Kiosks.Where(kiosk => kiosk.Id == found.Id && kiosk.SetupCodeHash == hash).ExecuteUpdateAsync( // of two devices with the same code, one
                kiosk => kiosk.SetProperty(each => each.SetupCodeHash, (string?)null).SetProperty(each => each.SetupCodeUntil, (DateTime?)null)
                    .SetProperty(each => each.Stamp, stamp).SetProperty(each => each.SetUpAt, now).SetProperty(each => each.SeenAt, now),
                cancellationToken) == 0)
        {
            return null;
        }

        found.Stamp = stamp;
        validity.Forget(found.Id);
        LogSetUp(found.Id);
        return found;
    }

    /// <summary>Deletes a kiosk. Its device can do nothing any more, at once in this process and within seconds in others.</summary>
    public async Task RevokeAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        if (await audit.DeleteAsync(db.Kiosks.Where(kiosk => kiosk.Id == id), accountId, new("kiosk.revoked", id), cancellationToken))
        {
            LogRevoked(id, accountId);
        }

        validity.Forget(id);
    }

    public async Task SeenAsync(Guid id, CancellationToken cancellationToken)
    {
        var (now, before) = (Now, Now - s_seenToThe);
        await db.Kiosks.Where(kiosk => kiosk.Id == id && (kiosk.SeenAt == null || kiosk.SeenAt < before))
            .ExecuteUpdateAsync(kiosk => kiosk.SetProperty(each => each.SeenAt, now), cancellationToken);
    }

    private string Issue(Kiosk kiosk)
    {
        var code = OneTimeCode.New();
        (kiosk.SetupCodeHash, kiosk.SetupCodeUntil) = (OneTimeCode.HashOf(code), Now + options.Value.SetupCodeLasts);
        return code;
    }

    [LoggerMessage(LogLevel.Information, "Kiosk {KioskId} added by account {AccountId}")]
    private partial void LogAdded(Guid kioskId, string accountId);

    [LoggerMessage(LogLevel.Information, "Kiosk {KioskId} was set up on a device")]
    private partial void LogSetUp(Guid kioskId);

    [LoggerMessage(LogLevel.Information, "Kiosk {KioskId} revoked by account {AccountId}")]
    private partial void LogRevoked(Guid kioskId, string accountId);
}
