using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Cameras;

/// <summary>The configuration of one camera: <c>Cameras:&lt;id&gt;</c>.</summary>
internal sealed class CameraOptions
{
    public string? Source { get; set; }

    [StringLength(100)]
    public string? Name { get; set; }

    /// <summary>The requested width in pixels.</summary>
    [Range(16, 16384)]
    public int? Width { get; set; }

    /// <summary>The requested height in pixels.</summary>
    [Range(16, 16384)]
    public int? Height { get; set; }

    /// <summary>The requested frames per second.</summary>
    [Range(0.1, 1000)]
    public double? FrameRate { get; set; }

    [RegularExpression(CameraFacing.Pattern, ErrorMessage = CameraFacing.Words)]
    public string? Facing { get; set; }

    /// <summary>
    /// For an https or rtsps address: the SHA-256 fingerprint of the certificate, or <c>any</c>. If it is not set, this system must
    /// trust the certificate.
    /// </summary>
    [RegularExpression(CertificateSetting.Pattern, ErrorMessage = "{0} must be a SHA-256 fingerprint of 64 hexadecimal digits, with or without colons, or 'any'.")]
    public string? Certificate { get; set; }

    public IList<string> Tags { get; } = [];

    /// <summary>For an attached camera on Linux: values of its controls, such as <c>power_line_frequency</c>, which are set each time that it is opened.</summary>
    public IDictionary<string, int> Controls { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>
    /// A name that nodes share. A camera with the same id and scope on several nodes is one camera, which the least busy node opens.
    /// Not for devices.
    /// </summary>
    [RegularExpression(IdFormats.NamePattern, ErrorMessage = "{0} " + IdFormats.NameRule)]
    public string? Scope { get; set; }
}

internal sealed class DiscoveryOptions
{
    /// <summary>Whether attached devices are found automatically.</summary>
    public bool Enabled { get; set; } = true;
}

/// <summary>The whole <c>Cameras</c> section, by camera id.</summary>
internal sealed class CamerasOptions : Dictionary<string, CameraOptions>
{
    public CamerasOptions() : base(StringComparer.Ordinal)
    {
    }
}

internal sealed class CamerasOptionsValidator : IValidateOptions<CamerasOptions>
{
    public ValidateOptionsResult Validate(string? name, CamerasOptions options)
    {
        var failures = new List<string>();
        var devices = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, camera) in options)
        {
            if (!IdFormats.IsName(id) || id == IdFormats.AutoCamera)
            {
                failures.Add($"'Cameras:{id}': an id is 1 to 64 of A-Z a-z 0-9 . _ - , begins with a letter or digit and is not 'auto'.");
            }

            if (IdFormats.IsBrowserCamera(id))
            {
                failures.Add($"'Cameras:{id}': an id of this form is that of a browser's camera.");
            }

            if (PublishedCamera.IsOne(id))
            {
                failures.Add($"'Cameras:{id}': an id that begins so is that of a published camera.");
            }

            if (NetworkAddress.Fault(camera.Source) is { } fault)
            {
                failures.Add($"'Cameras:{id}:Source' {fault}.");
            }

            if ((!CameraSource.TryParse(camera.Source, out var source) || source.Kind == CameraKind.Published) && NetworkAddress.Fault(camera.Source) is null)
            {
                failures.Add(
                    $"'Cameras:{id}:Source' must be test-pattern, file:<path>, device:<path or id>, rtsp://… or http(s)://… .");
            }
            else if (source is { Kind: CameraKind.Device } && !devices.TryAdd(source.Target, id))
            {
                failures.Add($"'Cameras:{id}:Source' names the same device as 'Cameras:{devices[source.Target]}:Source'.");
            }

            if (camera.Certificate is not null && source is not { IsSecure: true })
            {
                failures.Add($"'Cameras:{id}:Certificate' is for cameras whose address begins with https:// or rtsps://.");
            }

            if (camera.Controls.Count > 0 && !(OperatingSystem.IsLinux() && source is { Kind: CameraKind.Device }))
            {
                failures.Add($"'Cameras:{id}:Controls' is for cameras that are attached to a Linux machine.");
            }

            if (camera.Scope is not null && source is { Kind: CameraKind.Device })
            {
                failures.Add($"'Cameras:{id}:Scope' is for cameras that several nodes can open; a device is one node's.");
            }
            else if (camera.Scope == BrowserCamera.Any)
            {
                failures.Add($"'Cameras:{id}:Scope' may not be '{BrowserCamera.Any}', which is that of browsers' cameras.");
            }

            var results = new List<ValidationResult>();
            Validator.TryValidateObject(camera, new ValidationContext(camera), results, validateAllProperties: true);
            failures.AddRange(results.Select(result =>
                $"'Cameras:{id}:{result.MemberNames.FirstOrDefault()}': {result.ErrorMessage}"));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
