namespace Attendance.CameraApi.Api.Operations;

internal static class OperationsRegistration
{
    public static void AddOperations(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StreamMetrics>();
        builder.Services.AddSingleton<Trends>();
        builder.Services.AddSingleton<OpsCameras>();
    }
}
