using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Web.Schedules;
using Ical.Net.CalendarComponents;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Reports;

/// <summary>Tests calendars as the programs read them that subscribe to them.</summary>
public sealed partial class CalendarTests : IAsyncLifetime
{
    private readonly ReportSite _site = new(("Reports:CalendarsPerMinute", "20"));
    private HttpClient _operator = null!, _program = null!;
    private Guid _group, _other;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var signIn = await _site.Site.Web.SignInAsync();
        _operator = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = _site.Site.Web.Address };
        _operator.DefaultRequestHeaders.Add("Cookie", signIn.Header);
        _program = _site.Site.Web.Client();
        _group = await _site.GroupAsync("Class 7a", await _site.Site.PersonAsync("Ada Lovelace", "A-1"));
        _other = await _site.GroupAsync("Class 7b");
    }

    public async ValueTask DisposeAsync()
    {
        _operator.Dispose();
        _program.Dispose();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task A_session_is_in_it_with_its_time_and_stays_the_same_one_when_it_is_moved_and_cancelled()
    {
        var day = DateOnly.FromDateTime(_site.Now).AddDays(3);
        var session = await _site.SessionAsync(_group, "Mathematics", day, new(9, 0), TimeSpan.FromMinutes(50), place: "Room 1");
        await _site.SessionAsync(_other, "Physics", day, new(9, 0), TimeSpan.FromMinutes(50), place: "Room 2");
        var (ofGroup, ofPlace, ofAll) = (await MakeAsync(group: _group), await MakeAsync(place: "room  2"), await MakeAsync());

        var first = Assert.Single(await EventsAsync(ofGroup));
        Assert.Equal(("Mathematics", "Room 1", "CONFIRMED"), (first.Summary, first.Location, first.Status));
        Assert.Equal((session.StartsAt, session.EndsAt), (first.Start!.AsUtc, first.End!.AsUtc));
        Assert.Equal(["Physics"], (await EventsAsync(ofPlace)).Select(each => each.Summary));
        Assert.Equal(["Mathematics", "Physics"], (await EventsAsync(ofAll)).Select(each => each.Summary).Order());
        Assert.DoesNotContain("Ada", await _program.GetStringAsync(ofAll, Cancel), StringComparison.Ordinal);

        await ChangeAsync(sessions => sessions.MoveAsync(session.Id, day.AddDays(1), new(14, 0), TimeSpan.FromHours(1), "Ill", "account", Cancel));
        var moved = Assert.Single(await EventsAsync(ofGroup));
        Assert.Equal((first.Uid, Zones.ToUtc(ReportSite.Zone, day.AddDays(1), new(14, 0)), "CONFIRMED"), (moved.Uid, moved.Start!.AsUtc, moved.Status));
        await ChangeAsync(sessions => sessions.CancelAsync(session.Id, true, "Ill", "account", Cancel));
        var cancelled = Assert.Single(await EventsAsync(ofGroup));
        Assert.Equal((first.Uid, "CANCELLED"), (cancelled.Uid, cancelled.Status));
        Assert.True(first.Sequence < moved.Sequence && moved.Sequence < cancelled.Sequence);

        Task<SessionOutcome> ChangeAsync(Func<AttendanceSessionStore, Task<SessionOutcome>> change) => _site.Site.WithAsync(change);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        var session = await _site.SessionAsync(_group, "Mathematics", DateOnly.FromDateTime(_site.Now), new(9, 0), TimeSpan.FromMinutes(50));
        var address = await MakeAsync(group: _group);
        using var sent = await _program.GetAsync(address, Cancel);
        Assert.Equal(("text/calendar", true), (sent.Content.Headers.ContentType!.MediaType, sent.Headers.ETag!.IsWeak));
        _site.Site.Clock.Ahead += TimeSpan.FromMinutes(1);

        Assert.Equal(HttpStatusCode.NotModified, await AskAsync());
        await _site.Site.WithAsync<AttendanceSessionStore, SessionOutcome>(sessions => sessions.CancelAsync(session.Id, true, "Ill", "account", Cancel));
        Assert.Equal(HttpStatusCode.OK, await AskAsync());

        async Task<HttpStatusCode> AskAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(sent.Headers.ETag!.Tag, isWeak: true));
            using var answer = await _program.SendAsync(request, Cancel);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_token_is_kept_as_a_hash_is_in_no_log_and_opens_nothing_once_it_is_revoked_or_asked_for_too_often()
    {
        var address = await MakeAsync(group: _group);
        var token = Token().Match(address.ToString()).Groups["token"].Value;
        Assert.Equal(43, token.Length); // 256 bits
        using (var opened = await _program.GetAsync(address, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        }

        var feed = await _site.Site.DbAsync(db => db.CalendarFeeds.SingleAsync(Cancel));
        Assert.DoesNotContain(token, feed.TokenHash, StringComparison.OrdinalIgnoreCase);
        Assert.NotNull(feed.UsedAt);
        var page = await _operator.GetStringAsync("/reports/calendars", Cancel);
        Assert.DoesNotContain(token, page, StringComparison.Ordinal);
        Assert.Contains($"{feed.UsedAt:yyyy-MM-dd HH:00}", page, StringComparison.Ordinal);

        using var revoked = await SignIn.PostFormAsync(_operator, "/reports/calendars?handler=Revoke", new() { ["id"] = feed.Id.ToString() }, Cancel, "/reports/calendars");
        Assert.Equal(HttpStatusCode.Redirect, revoked.StatusCode);
        using (var gone = await _program.GetAsync(address, Cancel))
        {
            Assert.Equal((HttpStatusCode.NotFound, ""), (gone.StatusCode, await gone.Content.ReadAsStringAsync(Cancel)));
        }

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 30; i++)
        {
            using var answer = await _program.GetAsync(address, Cancel);
            answers.Add(answer.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.All(_site.Site.Web.Logs.GetSnapshot(), record =>
        {
            Assert.DoesNotContain(token, record.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(record.StructuredState ?? [], field => field.Value?.Contains(token, StringComparison.Ordinal) == true);
        });
        Assert.Equal(["calendar.added", "calendar.revoked"], await _site.Site.DbAsync(
            db => db.AuditEntries.Where(entry => entry.SubjectId == feed.Id).OrderBy(entry => entry.At).Select(entry => entry.Action).ToListAsync(Cancel)));
    }

    [Fact]
    public async Task A_calendar_of_a_group_and_a_place_at_once_or_of_a_group_that_is_gone_is_refused_with_the_field()
    {
        using var both = await PostAsync(_group, "Room 1");
        Assert.Contains("Choose a group or enter a place, not both.", await both.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var gone = await PostAsync(Guid.NewGuid(), "");
        Assert.Contains("This group is not there any more.", await gone.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(0, await _site.Site.DbAsync(db => db.CalendarFeeds.CountAsync(Cancel)));
    }

    private Task<HttpResponseMessage> PostAsync(Guid? group, string place) =>
        SignIn.PostFormAsync(_operator, "/reports/calendars", new() { ["Form.Group"] = group?.ToString() ?? "", ["Form.Place"] = place }, Cancel);

    /// <returns>The address of a new calendar, as the page shows it.</returns>
    private async Task<Uri> MakeAsync(Guid? group = null, string place = "")
    {
        using var made = await PostAsync(group, place);
        return new Uri(Address().Match(await made.Content.ReadAsStringAsync(Cancel)).Groups["address"].Value);
    }

    private async Task<IReadOnlyList<CalendarEvent>> EventsAsync(Uri address) => [.. Ical.Net.Calendar.Load(await _program.GetStringAsync(address, Cancel))!.Events];

    [GeneratedRegex(@"id=""address"">(?<address>[^<]+)<", RegexOptions.ExplicitCapture)]
    private static partial Regex Address();

    [GeneratedRegex(@"/calendar/(?<token>[^.]+)\.ics", RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
