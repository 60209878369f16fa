using System.Threading.RateLimiting;
using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Accounts;
using Attendance.Web.Reports.Calendars;
using Attendance.Web.Reports.Exports;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Reports;

internal static class ReportsRegistration
{
    /// <summary>The limits for exports that run, and for requests of calendars.</summary>
    public const string ExportsAtOnce = "exports", Calendars = "calendars";

    public static void AddReports(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ReportsOptions>().BindStrictly(ReportsOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<ReportsOptions>, ReportsOptionsValidator>();
        builder.Services.AddScoped<ReportReader>();
        builder.Services.AddScoped<AttendanceReports>();
        builder.Services.AddScoped<ExportTables>();
        builder.Services.AddScoped<ExportSender>();
        builder.Services.AddSingleton<ExportStates>();
        builder.Services.AddScoped<CalendarStore>();
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<ReportsOptions>>(Configure);
    }

    public static void MapReports(this IEndpointRouteBuilder routes)
    {
        routes.MapExports();
        routes.MapCalendars();
    }

    private static void Configure(RateLimiterOptions limiter, IOptions<ReportsOptions> options)
    {
        limiter.AddPolicy(ExportsAtOnce, context => RateLimitPartition.GetConcurrencyLimiter(
            context.User.Identity?.IsAuthenticated == true ? context.User.AccountId() : "", _ => new() { PermitLimit = options.Value.ExportsAtOnce }));
        limiter.AddPolicy(Calendars, context => RateLimitPartition.GetFixedWindowLimiter(
            Quotas.PartitionOf(context.Connection.RemoteIpAddress), _ => new() { PermitLimit = options.Value.CalendarsPerMinute, Window = TimeSpan.FromMinutes(1) }));
    }
}
