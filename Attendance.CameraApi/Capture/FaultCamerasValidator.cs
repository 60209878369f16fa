using Attendance.CameraApi.Cameras;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Capture;

/// <summary>A camera that can be told to fail belongs into tests, not into somebody's building.</summary>
internal sealed class FaultCamerasValidator(IHostEnvironment environment, IOptions<CaptureOptions> capture) : IValidateOptions<CamerasOptions>
{
    public ValidateOptionsResult Validate(string? name, CamerasOptions options) =>
        !environment.IsDevelopment() && !capture.Value.AllowFaultCameras && FirstOf(options) is { } id
            ? ValidateOptionsResult.Fail(
                $"'Cameras:{id}:Source' is a fault camera, which is for tests: it needs the environment Development or 'Capture:AllowFaultCameras' set to true.")
            : ValidateOptionsResult.Success;

    private static string? FirstOf(CamerasOptions options) => options
        .FirstOrDefault(entry => CameraSource.TryParse(entry.Value.Source, out var source) && source.Kind == CameraKind.Fault).Key;
}
