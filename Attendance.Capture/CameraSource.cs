using System.Diagnostics.CodeAnalysis;

namespace Attendance.Capture;

internal enum CameraKind
{
    TestPattern,
    File,
    Network,
    Device,

    /// <summary>A camera of a page. Never configured, and never opened by a worker.</summary>
    Browser,

    /// <summary>A camera that a page or another client publishes by WebRTC. Never configured.</summary>
    Published,

    /// <summary>A camera that fails on demand, for tests only. Its control file says how.</summary>
    Fault,
}

/// <summary>Where a camera's pictures come from, as configuration writes it: <c>test-pattern</c>, <c>file:clips/a.mp4</c>,
/// <c>rtsp://…</c>, <c>http(s)://…</c>, <c>device:/dev/video0</c>, or <c>device:</c> and the id of a discovered device. For tests,
/// <c>fault:</c> and the path of a file that says what fails.</summary>
/// <param name="Value">The configured text. It may contain credentials, so only the worker gets it.</param>
/// <param name="Target">The text after the scheme of a file, a device or a fault camera; the whole address of a network camera.</param>
internal sealed record CameraSource(CameraKind Kind, string Value, string Target)
{
    private const string TestPattern = "test-pattern";
    private const string FileScheme = "file:";
    private const string DeviceScheme = "device:";
    private const string FaultScheme = "fault:";
    private const string PublishedScheme = "published:";
    private static readonly string[] s_networkSchemes = ["rtsp", "rtsps", "http", "https"];

    public static bool TryParse(string? text, [NotNullWhen(true)] out CameraSource? source)
    {
        source = text switch
        {
            null => null,
            TestPattern => new(CameraKind.TestPattern, text, ""),
            _ when After(FileScheme, text) is { } path => new(CameraKind.File, text, path),
            _ when After(DeviceScheme, text) is { } device => new(CameraKind.Device, text, device),
            _ when After(PublishedScheme, text) is { } socket => new(CameraKind.Published, text, socket),
            _ when After(FaultScheme, text) is { } control => new(CameraKind.Fault, text, control),
            _ when Uri.TryCreate(text, UriKind.Absolute, out var address) && s_networkSchemes.Contains(address.Scheme) =>
                new(CameraKind.Network, text, text),
            _ => null,
        };
        return source is not null;
    }

    public static CameraSource OfDevice(string id) => new(CameraKind.Device, DeviceScheme + id, id);

    /// <param name="socket">The path of the socket on which this machine's WebRTC process offers the pictures.</param>
    public static CameraSource OfPublished(string socket) => new(CameraKind.Published, PublishedScheme + socket, socket);

    /// <summary>Whether the address is https or rtsps, so the camera presents a certificate.</summary>
    public bool IsSecure => Kind == CameraKind.Network && (Target.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || Target.StartsWith("rtsps:", StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns a text that is safe to show. A network camera's credentials, path and query are left out.</summary>
    public override string ToString() =>
        Kind == CameraKind.Network ? new Uri(Target).GetComponents(UriComponents.Scheme | UriComponents.HostAndPort, UriFormat.UriEscaped) : Value;

    private static string? After(string scheme, string text) =>
        text.StartsWith(scheme, StringComparison.Ordinal) && text.Length > scheme.Length ? text[scheme.Length..] : null;
}
