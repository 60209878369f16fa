using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Accounts;

/// <summary>
/// Names a browser and its platform in the words by which its owner knows them. Versions and models are left out: they would tell more about
/// somebody than is needed to recognize a browser of one's own.
/// </summary>
internal static class BrowserNames
{
    private const string Unknown = "Another browser", On = " on ";

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
        return NameIn(userAgent, s_platforms) is { } platform ? $"{browser}{On}{platform}" : browser;
    }

    /// <summary>Returns what is kept of a session's browser in the language of the request. It is kept in English.</summary>
    public static string Shown(string? device) => device?.Split(On) switch
    {
        null => T("A browser"),
        [Unknown] => T("Another browser"),
        [Unknown, var platform] => T("Another browser on {0}", platform),
        [var browser, var platform] => T("{0} on {1}", browser, platform),
        _ => device,
    };

    private static string? NameIn(string? userAgent, (string Sign, string Name)[] names) =>
        userAgent is null ? null : names.FirstOrDefault(each => userAgent.Contains(each.Sign, StringComparison.Ordinal)).Name;
}
