using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Rights;

internal static class RightsRegistration
{
    public static void AddRights(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<RightsOptions>().BindStrictly(RightsOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<RightsOptions>, RightsOptionsValidator>();
        builder.Services.AddSingleton<CurrentRights>();
        builder.Services.AddScoped<RuleStore>();
    }
}
