using System.Globalization;
using System.Security.Cryptography;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.CheckIn.Codes;

/// <summary>Issues, renews and revokes personal codes and QR codes. Codes are stored as hashes and shown once.</summary>
internal sealed class CodeStore(AttendanceDb db, AuditLog audit, IPasswordHasher<PersonCode> hasher, QrTokens tokens, TimeProvider clock)
{
    public const int Digits = 6;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public Task<PersonCode?> FindAsync(Guid personId, CancellationToken cancellationToken) =>
        db.PersonCodes.SingleOrDefaultAsync(code => code.PersonId == personId, cancellationToken);

    /// <summary>Gives the person another personal code, and forgets the wrong ones that were tried.</summary>
    /// <returns>The code, which cannot be shown again, or null if there is no such person.</returns>
    public async Task<string?> IssueCodeAsync(Guid personId, string accountId, CancellationToken cancellationToken)
    {
        var plain = NewCode();
        var isDone = await ChangeAsync(personId, "code.issued", accountId, code =>
        {
            code.CodeHash = hasher.HashPassword(code, plain);
            code.CodeIssuedAt = Now;
        }, cancellationToken);
        return isDone ? plain : null;
    }

    public Task RevokeCodeAsync(Guid personId, string accountId, CancellationToken cancellationToken) =>
        ChangeAsync(personId, "code.revoked", accountId, code => (code.CodeHash, code.CodeIssuedAt) = (null, null), cancellationToken);

    /// <summary>Makes a QR code for paper. Every one that was made before is revoked, but not those on phones.</summary>
    /// <returns>The text of the QR code, or null if there is no such person.</returns>
    public async Task<string?> IssueQrAsync(Guid personId, string accountId, CancellationToken cancellationToken)
    {
        var version = 0;
        var isDone = await ChangeAsync(personId, "qr.issued", accountId, code =>
        {
            (code.HasQr, code.QrIssuedAt) = (true, Now);
            version = ++code.QrVersion;
        }, cancellationToken);
        return isDone ? tokens.ForPaper(personId, version) : null;
    }

    public Task RevokeQrAsync(Guid personId, string accountId, CancellationToken cancellationToken) =>
        ChangeAsync(personId, "qr.revoked", accountId, code =>
        {
            (code.HasQr, code.QrIssuedAt) = (false, null);
            code.QrVersion++;
        }, cancellationToken);

    private static string NewCode() => RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);

    private async Task<bool> ChangeAsync(Guid personId, string action, string accountId, Action<PersonCode> change, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.LockPersonAsync(personId, seenAt: null, cancellationToken) == false)
        {
            return false;
        }

        var code = await FindAsync(personId, cancellationToken);
        if (code is null)
        {
            code = new PersonCode { PersonId = personId };
            db.PersonCodes.Add(code);
        }

        change(code);
        audit.Add(accountId, new(action, personId, personId));
        await db.CodeCounts.Where(count => count.PersonId == personId).ExecuteDeleteAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
