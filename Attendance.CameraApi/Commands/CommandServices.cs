using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Commands;

/// <summary>The parts of the API that a command works with by itself, from the same configuration.</summary>
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
