using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.CameraApi.Cameras.Quality;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Operations;
using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Alerts;

internal static class AlertRegistration
{
    public static void AddAlerts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<AlertOptions, AlertOptionsValidator>().BindStrictly("Alerts");
        builder.Services.AddSingleton<IValidateOptions<AlertOptions>, AlertEntriesValidator>();
        builder.Services.AddSingleton<AlertMetrics>();
        builder.Services.AddSingleton<AlertBook>();
        builder.Services.AddSingleton<AlertStore>();
        builder.Services.AddSingleton<LostAlerts>();
        builder.Services.AddSingleton<AlertEvents>();
        builder.Services.AddSingleton<AlertRates>();
        builder.Services.AddSingleton<AlertConditions>();
        builder.Services.AddHostedService<AlertWatch>();
        builder.Services.AddHostedService<WebhookDelivery>();
    }

    public static void AddOperations(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Measurements>();
        builder.Services.AddSingleton<Trends>();
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSingleton<OpsCameras>();
        builder.Services.AddSingleton<StoreWrites>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StoreWrites>());
        builder.Services.AddHostedService<QualityMemory>();
    }
}
