using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using QRCoder;

namespace Attendance.Web.CheckIn.Codes;

/// <summary>Says whose a QR code is that was read somewhere, and draws them.</summary>
internal sealed class QrCodes(AttendanceDb db, QrTokens tokens)
{
    private const int PixelsPerModule = 4;

    /// <returns>The evidence, or null if the text is none of ours, or too old, or was revoked.</returns>
    public async Task<QrEvidence?> EvidenceAsync(string text, CancellationToken cancellationToken) => tokens.Read(text) switch
    {
        QrToken.Paper paper => QrEvidence.Of(paper, await db.PersonCodes.AsNoTracking().SingleOrDefaultAsync(code => code.PersonId == paper.PersonId, cancellationToken)),
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
