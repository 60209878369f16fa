using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Schedules;

internal static class ScheduleRegistration
{
    public static void AddSchedules(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<CheckInOptions>().BindStrictly(CheckInOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<CheckInOptions>, CheckInOptionsValidator>();
        builder.Services.AddOptionsWithValidateOnStart<ScheduleOptions>().BindStrictly(ScheduleOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<ScheduleOptions>, ScheduleAnnotations>();
        builder.Services.AddSingleton<IValidateOptions<ScheduleOptions>, ScheduleOptionsValidator>();
        builder.Services.AddScoped<GroupStore>();
        builder.Services.AddScoped<ScheduleStore>();
        builder.Services.AddScoped<SchedulePreview>();
        builder.Services.AddScoped<AttendanceSessionStore>();
        builder.Services.AddScoped<SessionUpkeep>();
        builder.Services.AddScoped<HolidayStore>();
        builder.Services.AddScoped<Periods>();
        builder.Services.AddHostedService<SessionMaker>();
    }
}
