using Attendance.CameraApi.Cameras.Discovery;
using Attendance.Capture.Devices;
using Attendance.ServiceDefaults.Settings;

namespace Attendance.CameraApi.Cameras;

internal static class CameraRegistration
{
    public static void AddCameras(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<CamerasOptions, CamerasOptionsValidator>().BindStrictly("Cameras");
        builder.Services.AddOptionsWithValidateOnStart<DiscoveryOptions>().BindStrictly("Discovery");
        builder.Services.AddSingleton(_ => new DeviceDiscovery());
        builder.Services.AddSingleton<AttachedDevices>();
        builder.Services.AddSingleton<PublishedCameras>();
        builder.Services.AddSingleton<CameraCatalog>();
        builder.Services.AddHostedService<DeviceWatch>();
    }
}
