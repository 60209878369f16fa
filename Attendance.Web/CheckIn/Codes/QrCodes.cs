using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using QRCoder;

namespace Attendance.Web.CheckIn.Codes;

/// <summary>Finds out whose QR code was read, and draws QR codes.</summary>
internal sealed class QrCodes(AttendanceDb db, CodeStore codes, QrTokens tokens)
{
    private const int PixelsPerModule = 4;

    /// <returns>The evidence, or null if the text is not one of ours, is too old, or was revoked.</returns>
    public async Task<QrEvidence?> EvidenceAsync(string text, CancellationToken cancellationToken) => tokens.Read(text) switch
    {
        QrToken.Paper paper => QrEvidence.Of(paper, await codes.FindAsync(paper.PersonId, cancellationToken)),
        QrToken.Shown shown => QrEvidence.Of(shown, await db.Phones.AsNoTracking().SingleOrDefaultAsync(phone => phone.Id == shown.PhoneId, cancellationToken)),
        _ => null,
    };

    /// <returns>An SVG picture, dark on white, with its margin.</returns>
    public static string Draw(string text)
    {
        using var qr = new SvgQRCode(QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M));
        return qr.GetGraphic(PixelsPerModule);
    }
}
