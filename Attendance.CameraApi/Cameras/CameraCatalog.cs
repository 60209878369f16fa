using System.Collections.Concurrent;
using System.Collections.Frozen;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.Capture.Devices;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Cameras;

/// <summary>Knows the cameras of this node. They come from configuration and discovery, or are published.</summary>
internal sealed class CameraCatalog(IOptions<CamerasOptions> options, IOptions<DiscoveryOptions> discovery, AttachedDevices devices, PublishedCameras published)
{
    private readonly FrozenDictionary<string, Camera> _configured = options.Value
        .Select(entry => FromConfiguration(entry.Key, entry.Value))
        .ToFrozenDictionary(camera => camera.Id, StringComparer.Ordinal);

    /// <summary>The devices that have been attached at some time. An unplugged device stays known, as missing.</summary>
    private readonly ConcurrentDictionary<string, Camera> _discovered = new(StringComparer.Ordinal);

    /// <summary>Lists the cameras in the order of their ids, with whether each is present now.</summary>
    public IReadOnlyList<(Camera Camera, bool IsPresent)> List()
    {
        var attached = devices.List();
        Discover(attached);
        return
        [
            .. _configured.Values.Concat(_discovered.Values)
                .Select(camera => (camera, IsPresent(camera, attached)))
                .Concat(published.List())
                .OrderBy(entry => entry.Item1.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>The scopes that this node shares with others, including that of browsers' cameras.</summary>
    public IReadOnlyList<string> SharedScopes { get; } =
        [.. options.Value.Values.Select(camera => camera.Scope).OfType<string>().Append(BrowserCamera.Any).Distinct()];

    public Camera? Find(string cameraId)
    {
        if (_configured.GetValueOrDefault(cameraId) is { } configured)
        {
            return configured;
        }

        if (published.Find(cameraId) is { } shown)
        {
            return shown;
        }

        Discover(devices.List());
        return _discovered.GetValueOrDefault(cameraId);
    }

    private void Discover(IReadOnlyList<DiscoveredDevice> attached)
    {
        if (!discovery.Value.Enabled)
        {
            return;
        }

        // A configured device is one camera, so it is not listed again under the id from discovery.
        var configured = _configured.Values
            .Where(camera => camera.Source.Kind == CameraKind.Device)
            .Select(camera => camera.Source.Target)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var device in attached)
        {
            if (!configured.Contains(device.Id) && !configured.Contains(device.Node) && !_configured.ContainsKey(device.Id))
            {
                _discovered.TryAdd(device.Id, FromDevice(device));
            }
        }
    }

    private static bool IsPresent(Camera camera, IReadOnlyList<DiscoveredDevice> attached) =>
        camera.Source.Kind != CameraKind.Device
        || !OperatingSystem.IsLinux()
        || attached.Any(device => device.Id == camera.Source.Target || device.Node == camera.Source.Target)
        || File.Exists(camera.Source.Target);

    private static Camera FromConfiguration(string id, CameraOptions options) => new(
        id,
        options.Name ?? id,
        CameraSource.TryParse(options.Source, out var source) ? source : throw new InvalidOperationException("The options were not validated."),
        options.Width,
        options.Height,
        options.FrameRate,
        [.. options.Tags],
        [],
        Discovered: false,
        options.Scope)
    {
        Facing = options.Facing,
        Certificate = options.Certificate,
        Controls = options.Controls.Count > 0 ? new Dictionary<string, int>(options.Controls, StringComparer.Ordinal) : null,
    };

    private static Camera FromDevice(DiscoveredDevice device) => new(
        device.Id,
        device.Name,
        CameraSource.OfDevice(device.Id),
        Width: null,
        Height: null,
        FrameRate: null,
        Tags: [],
        device.Formats,
        Discovered: true);
}
