using System.Text.RegularExpressions;

namespace Attendance.CameraApi.Cameras;

/// <summary>
/// A camera that a page has, not this node: it is in no catalog, and here only while it is leased. Its id says which
/// browser profile and which device of it, by random digits and a hash; no name or label of it comes here.
/// </summary>
internal static partial class BrowserCamera
{
    /// <summary>What metrics call all of them, for there are as many ids as there are browsers; and their scope, for a page may come to any node.</summary>
    public const string Any = "browser";

    public static bool IsId(string? cameraId) => cameraId is not null && Id().IsMatch(cameraId);

    public static Camera Create(string cameraId) => new(
        cameraId,
        "Browser camera",
        new CameraSource(CameraKind.Browser, Any, ""),
        Width: null,
        Height: null,
        FrameRate: null,
        Tags: [],
        Formats: [],
        Discovered: false,
        Scope: Any);

    [GeneratedRegex(@"\Abrowser-[0-9a-f]{32}-[0-9a-f]{16}\z")]
    private static partial Regex Id();
}
