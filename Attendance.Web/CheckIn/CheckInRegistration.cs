using Attendance.Web.CheckIn.Codes;
using Attendance.Web.CheckIn.Phones;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;

namespace Attendance.Web.CheckIn;

internal static class CheckInRegistration
{
    public static void AddCheckIn(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CheckInFeed>();
        builder.Services.AddSingleton<CheckInMetrics>();
        builder.Services.AddScoped<AttendanceNews>();
        builder.Services.AddScoped<CheckInService>();
        builder.Services.AddScoped<Statements>();
        builder.Services.AddScoped<AttendanceSheets>();
        builder.Services.AddScoped<Doubts>();
        builder.Services.AddSingleton<IPasswordHasher<PersonCode>, PasswordHasher<PersonCode>>();
        builder.Services.AddSingleton<QrTokens>();
        builder.Services.AddScoped<CodeStore>();
        builder.Services.AddScoped<QrCodes>();
        builder.Services.AddScoped<PhoneStore>();
        builder.Services.AddScoped<CodeAttempts>();
        builder.Services.AddScoped<NumberAttempts>();
        builder.Services.AddSingleton<TodayStream>();
        builder.Services.AddHostedService<SessionClosing>();
    }

    public static void MapCheckIn(this IEndpointRouteBuilder routes)
    {
        routes.MapAttendance();
        routes.MapPhones();
    }
}
