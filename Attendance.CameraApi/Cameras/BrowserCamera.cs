namespace Attendance.CameraApi.Cameras;

/// <summary>
/// A camera that belongs to a page and not to this node. It is in no catalog, and the node knows it only while it is leased. Its id
/// identifies the browser profile by random digits and the device by a hash. Its name and label are never sent here.
/// </summary>
internal static class BrowserCamera
{
    /// <summary>
    /// The name of all of them in metrics, because there are as many ids as browsers. Also their scope, because a page may come to any
    /// node.
    /// </summary>
    public const string Any = "browser";

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
}
