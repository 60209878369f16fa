using Attendance.CameraApi.Cameras;
using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Capture;

internal static class CaptureRegistration
{
    public static void AddCapture(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<CaptureOptions, CaptureOptionsValidator>().BindStrictly("Capture");
        builder.Services.AddSingleton<IValidateOptions<CamerasOptions>, FaultCamerasValidator>();
        builder.Services.AddSingleton<CaptureMetrics>();
        builder.Services.AddSingleton<DeviceProof>();
        builder.Services.AddSingleton<WorkerClosing>();
        builder.Services.AddSingleton<CaptureWorkers>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CaptureWorkers>());
        builder.Services.AddHealthChecks().AddCheck<WorkerHealth>("capture worker");
        builder.Services.AddSingleton<ICameraCaptureFactory, WorkerCaptureFactory>();
    }
}
