using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Retention;

internal static class RetentionRegistration
{
    public static void AddRetention(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<RetentionOptions>().BindStrictly(RetentionOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>();
        builder.Services.AddSingleton<RetentionSchedule>();
        builder.Services.AddSingleton<RetentionMetrics>();
        builder.Services.AddScoped<RetentionBatches>();
        builder.Services.AddScoped<RetentionRuns>();
        builder.Services.AddSingleton<RetentionJob>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RetentionJob>());
    }
}
