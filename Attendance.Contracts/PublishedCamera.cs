using System.Security.Cryptography;
using System.Text;

namespace Attendance.Contracts;

/// <summary>The ids of cameras that pages and other clients publish.</summary>
public static class PublishedCamera
{
    /// <summary>The ids of all of them begin so, and those of configured cameras do not.</summary>
    public const string Prefix = "published-";

    private const int IdDigits = 16;

    /// <summary>Returns the id under which a browser's camera is published. It tells nothing about the browser.</summary>
    public static string IdOf(string browserCameraId) =>
        Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(browserCameraId)))[..IdDigits];

    public static bool IsOne(string cameraId) => cameraId.StartsWith(Prefix, StringComparison.Ordinal);
}
