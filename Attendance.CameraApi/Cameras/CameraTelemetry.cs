using System.Diagnostics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Cameras;

/// <summary>Names cameras and their kinds in spans and instruments.</summary>
internal static class CameraTelemetry
{
    private static readonly string[] s_kinds = EnumNames.Of<CameraKind>();

    /// <summary>
    /// Names a camera in an instrument. All cameras of browsers have one name there, and all published ones another, because there are as
    /// many as there are browsers.
    /// </summary>
    public static KeyValuePair<string, object?> Attribute(string id) => new(
        TelemetryAttributes.CameraId, IdFormats.IsBrowserCamera(id) ? BrowserCamera.Any : PublishedCamera.IsOne(id) ? PublishedCameras.Any : id);

    /// <summary>Adds the attributes of a camera to a span.</summary>
    public static Activity? ForCamera(this Activity? activity, Camera camera) =>
        activity?.SetTag(TelemetryAttributes.CameraId, camera.Id).SetTag(TelemetryAttributes.CameraKind, camera.Source.Kind.Name());

    public static string Name(this CameraKind kind) => s_kinds[(int)kind];
}
