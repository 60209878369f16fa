namespace Attendance.CameraApi.Events;

internal static class EventRegistration
{
    public static void AddEvents(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CameraEvents>();
        builder.Services.AddHostedService<EventChannel>();
    }
}
