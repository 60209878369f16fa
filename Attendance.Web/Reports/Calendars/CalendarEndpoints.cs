using System.Text;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Net.Http.Headers;

namespace Attendance.Web.Reports.Calendars;

/// <summary>Calendars for programs that have their address. Whoever has it needs no sign-in, and sees names and times of sessions, and no person.</summary>
internal static class CalendarEndpoints
{
    public static void MapCalendars(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/calendar/{token}.ics", SendAsync).AllowAnonymous().RequireRateLimiting(ReportsRegistration.Calendars);

    private static async Task<IResult> SendAsync(string token, HttpContext context, CalendarStore calendars, TimeProvider clock)
    {
        if (context.Features.Get<IStatusCodePagesFeature>() is { } pages)
        {
            pages.Enabled = false; // programs read this
        }

        context.Response.Headers["X-Robots-Tag"] = "noindex";
        if (await calendars.OpenAsync(token, context.RequestAborted) is not { } feed)
        {
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.NotFound();
        }

        var sessions = await calendars.SessionsAsync(feed, context.RequestAborted);
        var tag = new EntityTagHeaderValue($"\"{CalendarText.TagOf(sessions)}\"", isWeak: true);
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.ETag = tag.ToString();
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Text(CalendarText.Of(sessions, clock.GetUtcNow().UtcDateTime), "text/calendar", Encoding.UTF8);
    }
}
