using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Commands;

/// <summary>Builds the parts of the API that a command uses without a running API, from the same configuration.</summary>
internal static class CommandServices
{
    public static ServiceProvider Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddCameras();
        builder.AddLeaseStore();
        return builder.Services.BuildServiceProvider();
    }
}
