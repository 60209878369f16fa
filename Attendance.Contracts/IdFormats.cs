using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Attendance.Contracts;

/// <summary>Defines the formats of names and secrets. A name in this format is safe in a log, in a store key and in the path of a URL.</summary>
public static partial class IdFormats
{
    /// <summary>The format of the names of cameras, nodes, accounts and services.</summary>
    public const string NamePattern = @"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z"; // \z and not $, because a dollar also matches before a final line break
    public const int MaxName = 64;
    public const string NameRule = "must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit.";

    /// <summary>Asks for the best camera that is free. No camera has this id.</summary>
    public const string AutoCamera = "auto";

    private const int BrowserDigits = 32, DeviceDigits = 16;

    public const string SessionPattern = @"\A[A-Za-z0-9_-]{8,128}\z";
    public const string SessionRule = "must be 8 to 128 of A-Z a-z 0-9 _ - .";
    public const string LeaseRule = "must be 1 to 128 of A-Z a-z 0-9 _ - .";

    public static bool IsName(string? text) => text is not null && Name().IsMatch(text);

    public static bool IsSession(string? text) => text is not null && Session().IsMatch(text);

    /// <summary>
    /// Whether the text can be a lease id. Ids from camera-api are 22 of these characters, followed by the node's name in base64url.
    /// </summary>
    public static bool IsLease(string? text) => text is not null && Lease().IsMatch(text);

    /// <summary>Whether the text is the id of a camera that belongs to a page. It identifies the browser profile and the device.</summary>
    public static bool IsBrowserCamera(string? text) => text is not null && BrowserCamera().IsMatch(text);

    /// <summary>Returns a random id for a camera of a page, which no other page has.</summary>
    public static string NewBrowserCamera() =>
        $"browser-{RandomNumberGenerator.GetHexString(BrowserDigits, lowercase: true)}-{RandomNumberGenerator.GetHexString(DeviceDigits, lowercase: true)}";

    /// <summary>Whether the text can be the id of one camera of the server: neither a page's, nor whichever is free.</summary>
    public static bool IsServerCamera(string? text) => IsName(text) && !IsBrowserCamera(text) && text != AutoCamera;

    [GeneratedRegex(NamePattern, RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Name();

    [GeneratedRegex(SessionPattern, RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Session();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,128}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Lease();

    [GeneratedRegex(@"\Abrowser-[0-9a-f]{32}-[0-9a-f]{16}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BrowserCamera();
}
