using System.Security.Cryptography;
using Attendance.Web.Audit;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Privacy;

/// <summary>Keeps the links by which people see what is kept of them. Their codes are stored as hashes and shown once.</summary>
internal sealed class PrivacyLinks(AttendanceDb db, AuditLog audit, IOptions<PrivacyOptions> options, TimeProvider clock)
{
    /// <summary>128 random bits: the code lasts for days and works more than once, so it is longer than one that is typed.</summary>
    private const int CodeLength = 32;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Returns the link of a person, if it is not over.</summary>
    public Task<PrivacyLink?> FindAsync(Guid personId, CancellationToken cancellationToken)
    {
        var now = Now;
        return db.PrivacyLinks.AsNoTracking().SingleOrDefaultAsync(link => link.PersonId == personId && link.Until > now, cancellationToken);
    }

    /// <summary>Returns whose link it is, or null if it is over or was revoked.</summary>
    public Task<Guid?> PersonOfAsync(Guid linkId, CancellationToken cancellationToken)
    {
        var now = Now;
        return db.PrivacyLinks.Where(link => link.Id == linkId && link.Until > now).Select(link => (Guid?)link.PersonId).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Makes a link for a person. The one before is worth nothing from then on.</summary>
    /// <returns>Its code, which cannot be shown again, or null if there is no such person.</returns>
    public async Task<string?> MakeAsync(Guid personId, string accountId, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await db.LockPersonAsync(personId, seenAt: null, cancellationToken))
        {
            return null;
        }

        var (code, now) = (RandomNumberGenerator.GetHexString(CodeLength), Now);
        await db.PrivacyLinks.Where(link => link.PersonId == personId).ExecuteDeleteAsync(cancellationToken);
        db.PrivacyLinks.Add(new PrivacyLink { PersonId = personId, CodeHash = OneTimeCode.HashOf(code), MadeAt = now, MadeBy = accountId, Until = now + options.Value.LinkLasts });
        audit.Add(accountId, new("privacy_link.made", personId, personId));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        return code;
    }

    /// <summary>Takes a link back. Who has it open sees nothing more.</summary>
    public Task RevokeAsync(Guid personId, string accountId, CancellationToken cancellationToken) =>
        audit.DeleteAsync(db.PrivacyLinks.Where(link => link.PersonId == personId), accountId, new("privacy_link.revoked", personId, personId), cancellationToken);

    /// <returns>The id of the link with this code, or null if there is none that is not over.</returns>
    public async Task<Guid?> OpenAsync(string? code, CancellationToken cancellationToken)
    {
        var (hash, now) = (OneTimeCode.HashOf(code), Now);
        if (await db.PrivacyLinks.AsNoTracking().SingleOrDefaultAsync(link => link.CodeHash == hash && link.Until > now, cancellationToken) is not { } found)
        {
            return null;
        }

        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.PrivacyLinks.Where(link => link.Id == found.Id)
            .ExecuteUpdateAsync(link => link.SetProperty(each => each.OpenedAt, each => each.OpenedAt ?? now), cancellationToken) == 0)
        {
            return null; // revoked meanwhile, perhaps with the person
        }

        audit.Add(AuditLog.ByPerson, new("privacy_link.opened", found.PersonId, found.PersonId));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        return found.Id;
    }

    /// <summary>Notes that the person has downloaded what is kept of them.</summary>
    public async Task DownloadedAsync(Guid personId, CancellationToken cancellationToken)
    {
        audit.Add(AuditLog.ByPerson, new("export.downloaded", personId, personId));
        await db.SaveChangesAsync(cancellationToken);
    }
}
