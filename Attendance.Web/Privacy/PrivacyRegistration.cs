using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Privacy;

internal static class PrivacyRegistration
{
    public static void AddPrivacy(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<PrivacyOptions>().BindStrictly(PrivacyOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<PrivacyOptions>, PrivacyOptionsValidator>();
        builder.Services.AddSingleton<IValidateOptions<PrivacyOptions>, PrivacyNoticeValidator>();
        builder.Services.AddSubjectSignIn();
        builder.Services.AddScoped<PrivacyLinks>();
        builder.Services.AddScoped<DeletionRequests>();
        builder.Services.AddScoped<PersonHolds>();
        builder.Services.AddSingleton<PrivacyMetrics>();
        builder.Services.AddHealthChecks().AddCheck<RequestHealth>("requests for deletion");
        builder.Services.AddSingleton<RequestWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RequestWatch>());
    }
}
