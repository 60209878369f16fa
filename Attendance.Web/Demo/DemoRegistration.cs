using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Demo;

internal static class DemoRegistration
{
    public static void AddDemo(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<DemoOptions>().BindStrictly(DemoOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<DemoOptions>, DemoOptionsValidator>();
        builder.Services.AddSingleton<DemoFaces>();
        builder.Services.AddScoped<DemoClass>();
        builder.Services.AddSingleton<DemoUpkeep>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DemoUpkeep>());
    }
}
