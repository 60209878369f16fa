using Attendance.Web.Data;

namespace Attendance.Web.Accounts;

/// <summary>
/// Names a browser and its platform in the words by which its owner knows them. Versions and models are left out: they would tell more about
/// somebody than is needed to recognize a browser of one's own.
/// </summary>
internal static class BrowserNames
{
    private const string Unknown = "Another browser";

    /// <summary>The first that a <c>User-Agent</c> contains is its own; many name those whose pages they want as well.</summary>
    private static readonly (string Sign, string Name)[] s_browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Vivaldi/", "Vivaldi"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Chromium/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Sign, string Name)[] s_platforms =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ];

    /// <returns>Words such as <c>Firefox on Windows</c>, at most <see cref="SignInSession.DeviceLength"/> characters.</returns>
    public static string Of(string? userAgent)
    {
        var browser = NameIn(userAgent, s_browsers) ?? Unknown;
        return NameIn(userAgent, s_platforms) is { } platform ? $"{browser} on {platform}" : browser;
    }

    private static string? NameIn(string? userAgent, (string Sign, string Name)[] names) =>
        userAgent is null ? null : names.FirstOrDefault(each => userAgent.Contains(each.Sign, StringComparison.Ordinal)).Name;
}
