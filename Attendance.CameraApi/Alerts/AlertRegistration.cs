using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.ServiceDefaults;
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
        builder.Services.AddSingleton<OpenAlerts>();
        builder.Services.AddSingleton<AlertStore>();
        builder.Services.AddSingleton<AlertEvents>();
        builder.Services.AddSingleton<IFindingSource, AlertRates>();
        builder.Services.AddSingleton<AlertConditions>();
        builder.Services.AddHostedService<AlertWatch>();
        builder.Services.AddHostedService<WebhookDelivery>();
        builder.Services.AddHealthChecks().AddCheck<CameraHealth>("cameras", tags: [CameraHealth.Tag, ServiceDefaultsExtensions.NotReadinessTag]);
    }
}
