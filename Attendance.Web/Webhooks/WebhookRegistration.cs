using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Webhooks;

internal static class WebhookRegistration
{
    public static void AddWebhooks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<DispatchOptions>().BindStrictly(DispatchOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<DispatchOptions>, DispatchOptionsValidator>();
        builder.Services.AddSingleton<CalledAddresses>();
        builder.Services.AddSingleton<DispatchSignal>();
        builder.Services.AddSingleton<WebhookMetrics>();
        builder.Services.AddSingleton<WebhookSeal>();
        builder.Services.AddScoped<DispatchQueue>();
        builder.Services.AddScoped<WebhookOutbox>();
        builder.Services.AddScoped<WebhookStore>();
        builder.Services.AddHostedService<WebhookDispatcher>();
    }
}
