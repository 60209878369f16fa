namespace Attendance.CameraApi.Upkeep;

internal static class UpkeepRegistration
{
    public static void AddUpkeep(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<LeakMetrics>();
        builder.Services.AddSingleton<OpenLeaks>();
        builder.Services.AddSingleton<Reconciliation>();
        builder.Services.AddSingleton<LeakSweeper>();
        builder.Services.AddSingleton<Cleanup>();
        builder.Services.AddSingleton<LeaseUpkeep>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LeaseUpkeep>());
    }
}
