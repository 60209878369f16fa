using QRCoder;

namespace Attendance.Web.Layout;

/// <summary>Draws QR codes.</summary>
internal static class QrPicture
{
    private const int PixelsPerModule = 4;

    /// <returns>An SVG picture, dark on white, with its margin.</returns>
    public static string Of(string text)
    {
        using var qr = new SvgQRCode(QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M));
        return qr.GetGraphic(PixelsPerModule);
    }
}
