namespace Attendance.CameraApi.Choice;

internal static class ChoiceRegistration
{
    public static void AddChoice(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ProbeMetrics>();
        builder.Services.AddSingleton<CameraProbes>();
        builder.Services.AddSingleton<CameraChoice>();
        builder.Services.AddSingleton<FailoverWishes>();
        builder.Services.AddHostedService<Failover>();
    }
}
