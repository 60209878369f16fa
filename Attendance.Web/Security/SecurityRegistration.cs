using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Security;

internal static class SecurityRegistration
{
    public static void AddSecurity(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<SecurityOptions>().BindStrictly(SecurityOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<SecurityOptions>, SecurityOptionsValidator>();
    }
}
