using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.CheckIn.Codes;

/// <summary>Finds out whose QR code was read.</summary>
internal sealed class QrCodes(AttendanceDb db, CodeStore codes, QrTokens tokens)
{
    /// <returns>The evidence, or null if the text is not one of ours, is too old, or was revoked.</returns>
    public async Task<QrEvidence?> EvidenceAsync(string text, CancellationToken cancellationToken) => tokens.Read(text) switch
    {
        QrToken.Paper paper => QrEvidence.Of(paper, await codes.FindAsync(paper.PersonId, cancellationToken)),
        QrToken.Shown shown => QrEvidence.Of(shown, await db.Phones.AsNoTracking().SingleOrDefaultAsync(phone => phone.Id == shown.PhoneId, cancellationToken)),
        _ => null,
    };
}
