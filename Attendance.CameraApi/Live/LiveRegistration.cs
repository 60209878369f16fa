using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Live;

internal static class LiveRegistration
{
    public static void AddLive(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<LiveOptions>().BindStrictly(LiveOptions.Section).ValidateDataAnnotations();
        builder.Services.AddSingleton<IValidateOptions<LiveOptions>, LiveOptionsValidator>();
        builder.Services.AddSingleton<LiveMetrics>();
        builder.Services.AddSingleton<PeerProcess>();
        builder.Services.AddSingleton<SocketFolder>();
        builder.Services.AddSingleton<Publications>();
        builder.Services.AddSingleton<LiveViewers>();
    }
}
