using System.Data.Common;
using System.Net.Mime;
using System.Text.Json;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.CheckIn;

/// <summary>One session in the state of today.</summary>
/// <param name="State">The state as people read it, in the language of the request.</param>
internal sealed record TodaySession(Guid SessionId, string State, string Tone, int Expected, int Present, int Late, int Missing, int Excused)
{
    public static TodaySession From(Sheet sheet, DateTime now)
    {
        var (state, tone) = StateOf(sheet.Session, now);
        return new(
            sheet.Session.Id, state, tone, sheet.Rows.Count, sheet.Count(Mark.Present), sheet.Count(Mark.Late, Mark.LeftEarly), sheet.Count(Mark.Pending, Mark.Absent),
            sheet.Count(Mark.Excused));
    }

    public static (string Words, string Tone) StateOf(Session session, DateTime now) =>
        session.State == SessionState.Cancelled ? (T("Cancelled"), "bad")
        : now < session.OpensAt ? (T("Planned"), "quiet")
        : now < session.StartsAt ? (T("Open"), "good")
        : now < session.EndsAt ? (T("Under way"), "good")
        : (T("Over"), "quiet");
}

/// <summary>
/// Sends the state of today to a page whenever it changes: at once when something is recorded here, and by looking again now and then, because
/// sessions begin and end, and other replicas record as well. A page stays connected for some minutes only and then reconnects.
/// </summary>
internal sealed class TodayStream(
    IServiceScopeFactory scopes, CheckInFeed feed, OpenConnections connections, IOptions<CheckInOptions> options, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private static readonly TimeSpan s_lasts = TimeSpan.FromMinutes(10);

    public async Task SendAsync(HttpContext context)
    {
        using var late = new CancellationTokenSource(s_lasts, clock);
        using var open = await connections.FollowAsync(context);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted, lifetime.ApplicationStopping, open.Over);
        context.Response.ContentType = MediaTypeNames.Text.EventStream;
        context.Response.Headers["X-Accel-Buffering"] = "no"; // so that no proxy collects events and delays them
        try
        {
            for (string? sent = null; ;)
            {
                var next = feed.Next; // before reading, so that nothing recorded meanwhile is missed
                var state = await ReadAsync(over.Token);
                await context.Response.WriteAsync(state == sent ? ":\n\n" : $"data: {state}\n\n", over.Token);
                await context.Response.Body.FlushAsync(over.Token);
                sent = state;
                await Task.WhenAny(next, Task.Delay(options.Value.TodayEvery, clock, over.Token));
                over.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over, or the client has disconnected.
        }
        catch (Exception exception) when (context.Response.HasStarted && (exception is DbException || DatabaseTrouble.Is(exception)))
        {
            // The stream ends, and the page reconnects.
        }
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = clock.GetUtcNow().UtcDateTime;
        var sheets = await scope.ServiceProvider.GetRequiredService<AttendanceSheets>().TodayAsync(cancellationToken);
        return JsonSerializer.Serialize(sheets.Select(sheet => TodaySession.From(sheet, now)), WireJson.Options);
    }
}
