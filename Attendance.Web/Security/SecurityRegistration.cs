using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Security;

internal static class SecurityRegistration
{
    public static void AddSecurity(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<SecurityOptions>().BindStrictly(SecurityOptions.Section);

        // A cookie that is garbage is an error with a stack to the framework, for anybody to write as often as they like.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Critical);
        builder.Services.AddSingleton<IValidateOptions<SecurityOptions>, SecurityOptionsValidator>();
    }
}
