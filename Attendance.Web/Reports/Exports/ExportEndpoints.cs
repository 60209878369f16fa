using System.Security.Claims;
using Attendance.Web.Accounts;
using Attendance.Web.Http;
using Attendance.Web.Schedules;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Reports.Exports;

/// <summary>Exports of reports, for operators and administrators, and how far one is.</summary>
internal static class ExportEndpoints
{
    public static void MapExports(this IEndpointRouteBuilder routes)
    {
        var reports = routes.MapGroup("/api/reports");
        foreach (var kind in Enum.GetValues<ReportKind>())
        {
            foreach (var (name, format) in new (string, ExportFormat)[] { ("csv", ExportFormat.Csv), ("excel-csv", ExportFormat.ExcelCsv), ("xlsx", ExportFormat.Xlsx) })
            {
#pragma warning disable CA1308 // the names of reports are written in small letters
                reports.MapGet($"/{kind.ToString().ToLowerInvariant()}/{name}", (HttpContext context, ExportSender sender, IOptions<ScheduleOptions> schedules, TimeProvider clock) =>
                    SendAsync(kind, format, context, sender, ReportRange.Today(schedules.Value.Zone, clock))).RequireRateLimiting(ReportsRegistration.ExportsAtOnce);
#pragma warning restore CA1308
            }
        }

        reports.MapGet("/exports/{id:guid}", (Guid id, ClaimsPrincipal user, ExportStates states) => states.Find(user.AccountId(), id) is { } state
            ? TypedResults.Ok(new ExportStateResponse(state.Rows, state.Ended is null ? "running" : state.IsWhole ? "complete" : "ended_early"))
            : (IResult)ApiProblems.NotFound());
    }

    private static async Task<IResult> SendAsync(ReportKind kind, ExportFormat format, HttpContext context, ExportSender sender, DateOnly today)
    {
        if (context.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            return ApiProblems.CrossSite(); // an export costs the server work and is in the audit, so no other site may begin one
        }

        var (wanted, problem) = ExportRequest.Read(kind, format, context.Request.Query, today);
        return wanted is null ? problem! : (IResult?)await sender.SendAsync(context, wanted) ?? Results.Empty;
    }
}

internal sealed record ExportStateResponse(long Rows, string State);
