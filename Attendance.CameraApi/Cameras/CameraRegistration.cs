using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraApi.Cameras.Quality;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Streaming;
using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Cameras;

internal static class CameraRegistration
{
    public static void AddCameras(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<CamerasOptions, CamerasOptionsValidator>().BindStrictly("Cameras");
        builder.Services.AddOptionsWithValidateOnStart<DiscoveryOptions>().BindStrictly("Discovery");
        builder.Services.AddOptionsWithValidateOnStart<QualityOptions, QualityOptionsValidator>().BindStrictly("Quality");
        builder.Services.AddSingleton(_ => new DeviceDiscovery());
        builder.Services.AddSingleton<AttachedDevices>();
        builder.Services.AddSingleton<CameraCatalog>();
        builder.Services.AddSingleton<CameraQuality>();
        builder.Services.AddSingleton<CameraViews>();
    }

    public static void AddCapture(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<CaptureOptions, CaptureOptionsValidator>().BindStrictly("Capture");
        builder.Services.AddSingleton<IValidateOptions<CamerasOptions>, FaultCamerasValidator>();
        builder.Services.AddSingleton<CaptureMetrics>();
        builder.Services.AddSingleton<StreamMetrics>();
        builder.Services.AddSingleton<DeviceProof>();
        builder.Services.AddSingleton<WorkerClosing>();
        builder.Services.AddSingleton<CaptureWorkers>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CaptureWorkers>());
        builder.Services.AddHostedService<DeviceWatch>();
        builder.Services.AddSingleton<ICameraCaptureFactory, WorkerCaptureFactory>();
    }
}
