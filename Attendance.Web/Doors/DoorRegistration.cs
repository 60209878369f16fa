using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Doors;

internal static class DoorRegistration
{
    public static void AddDoors(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<DoorOptions>().BindStrictly(DoorOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<DoorOptions>, DoorOptionsValidator>();
        builder.Services.AddScoped<DoorStore>();
        builder.Services.AddSingleton<DoorStates>();
        builder.Services.AddSingleton<DoorRecognition>();
        builder.Services.AddHostedService<DoorWatch>();
    }
}
