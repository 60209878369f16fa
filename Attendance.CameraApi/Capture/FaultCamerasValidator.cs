using Attendance.CameraApi.Cameras;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// Rejects fault cameras outside the Development environment unless they are allowed explicitly. A camera that can be told to fail is for
/// tests and not for production.
/// </summary>
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
