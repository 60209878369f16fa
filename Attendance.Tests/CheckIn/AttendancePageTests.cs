using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.CheckIn;

/// <summary>Tests the pages of groups, schedules and attendance by the forms that are sent to them.</summary>
public sealed class AttendancePageTests : IAsyncLifetime
{
    private readonly AttendanceSite _site = new(new Uri("http://127.0.0.1:1"));
    private HttpClient _admin = null!, _operator = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _admin = await ClientAsync(AccountRole.Admin);
        _operator = await ClientAsync(AccountRole.Operator);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        _operator.Dispose();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData("/groups")]
    [InlineData("/schedules")]
    [InlineData("/schedules/new")]
    [InlineData("/schedules/sessions/new")]
    [InlineData("/schedules/holidays")]
    [InlineData("/schedules/periods")]
    [InlineData("/retention")]
    [InlineData("/privacy/requests")]
    public async Task Only_administrators_make_groups_and_schedules(string path)
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await _operator.GetAsync(new Uri(path, UriKind.Relative), Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _admin.GetAsync(new Uri(path, UriKind.Relative), Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_group_is_made_gets_people_and_loses_them()
    {
        var ada = await _site.PersonAsync("Ada Lovelace", "A-1");
        using var added = await PostAsync("/groups", new() { ["Form.Name"] = "  Class   7a " });
        var address = added.Headers.Location!.ToString();

        Assert.Contains("Class 7a", await GetAsync(address), StringComparison.Ordinal);
        Assert.Contains("Add Ada Lovelace, A-1", await TextAsync(await PostAsync(address + "?handler=Search", new() { ["Words"] = "lovelace" }, address)), StringComparison.Ordinal);
        Assert.Contains("1 person", await TextAsync(await PostAsync(address + "?handler=Add", new() { ["personId"] = ada.ToString() }, address)), StringComparison.Ordinal);
        Assert.Contains("There is a group with this name already.", await TextAsync(await PostAsync("/groups", new() { ["Form.Name"] = "CLASS 7A" })), StringComparison.Ordinal);
        Assert.Contains("Enter a name.", await TextAsync(await PostAsync("/groups", new() { ["Form.Name"] = "" })), StringComparison.Ordinal);
        using var removed = await PostAsync(address + "?handler=Remove", new() { ["personId"] = ada.ToString() }, address);
        Assert.Contains("0 people", await GetAsync(address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schedule_is_saved_only_after_its_next_dates_were_shown()
    {
        var group = await _site.GroupAsync("Class");
        var form = ScheduleForm(group);

        var refused = await TextAsync(await PostAsync("/schedules/new", form)); // dates were not shown for this
        Assert.Contains("The next sessions would be:", refused, StringComparison.Ordinal);
        Assert.Equal(5, Regex.Count(refused, @"<li><time datetime=""\d{4}-\d\d-\d\dT09:00"">\w+day, \d{4}-\d\d-\d\d 09:00 to 10:00</time></li>"));
        Assert.Equal(0, await _site.DbAsync(db => db.Schedules.CountAsync(Cancel)));
        form["Form.Shown"] = WebUtility.HtmlDecode(Regex.Match(refused, "name=\"Form.Shown\" value=\"([^\"]+)\"").Groups[1].Value);
        using var saved = await PostAsync("/schedules/new", form);

        var address = saved.Headers.Location!.ToString();
        var page = await GetAsync(address);
        Assert.Contains("Every day, 09:00, Europe/Vienna", page, StringComparison.Ordinal);
        var session = Regex.Matches(page, "/schedules/sessions/([0-9a-f-]{36})")[3].Value;
        using var unsaid = await PostAsync(session + "?handler=Cancel", new() { ["Cancelling.Reason"] = "" }, session);
        Assert.Contains("Enter the reason.", await TextAsync(unsaid), StringComparison.Ordinal);
        using var cancelled = await PostAsync(session + "?handler=Cancel", new() { ["Cancelling.Reason"] = "Heating broke" }, session);
        Assert.Equal(HttpStatusCode.Redirect, cancelled.StatusCode);
        var after = await GetAsync(session);
        Assert.Contains("Take place after all", after, StringComparison.Ordinal);
        Assert.Contains("Heating broke", after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Form.Name", "", "Enter a name.")]
    [InlineData("Form.Days", "", "Choose at least one day of the week.")]
    [InlineData("Form.Groups", "", "Choose at least one group.")]
    [InlineData("Form.Zone", "Mars/Olympus", "Choose a time zone from the list")]
    [InlineData("Form.Duration", "0", "Enter 1 to 1440 minutes.")]
    [InlineData("Form.Interval", "99", "from 1 to 52")]
    [InlineData("Form.AbsentAfter", "3", "Absent must come after late.")]
    [InlineData("Form.MinimumPresence", "90", "must not be longer than the session")]
    [InlineData("Form.Until", "2020-01-01", "must not be before the first one")]
    [InlineData("Form.FirstDay", "soon", "First day")]
    [InlineData("Form.StartsAt", "25:00", "Start")]
    public async Task A_schedule_that_cannot_be_is_refused_with_the_field(string field, string value, string expected)
    {
        var form = ScheduleForm(await _site.GroupAsync("Class"));
        form[field] = value; // an empty list is not sent

        var page = await TextAsync(await PostAsync("/schedules/new?handler=Preview", form, "/schedules/new"));

        Assert.Contains(expected, page, StringComparison.Ordinal);
        Assert.DoesNotContain("The next sessions would be", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Holidays_are_imported_from_a_file_and_anything_else_is_refused()
    {
        var day = DateOnly.FromDateTime(_site.Clock.UtcNow).AddDays(20);
        var calendar = $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:{day:yyyyMMdd}\r\nSUMMARY:Founders' Day\r\nEND:VEVENT\r\n"
            + $"X-LONG:{new string('x', 200_000)}\r\nEND:VCALENDAR\r\n"; // more than other forms may have

        Assert.Contains("1 holiday is new.", await GetAsync((await UploadAsync(calendar)).Headers.Location!.ToString()), StringComparison.Ordinal);
        Assert.Contains("0 holidays are new.", await GetAsync((await UploadAsync(calendar)).Headers.Location!.ToString()), StringComparison.Ordinal);
        Assert.Contains("Founders' Day", await GetAsync("/schedules/holidays"), StringComparison.Ordinal);
        Assert.Contains("this is no iCalendar file", await TextAsync(await UploadAsync("hello")), StringComparison.Ordinal);

        await UploadAsync(calendar.Replace("SUMMARY:Founders' Day\r\n", "", StringComparison.Ordinal)); // whoever reads of it may speak another language than who imports it
        Assert.Equal("", await _site.DbAsync(db => db.Holidays.Select(holiday => holiday.Name).SingleAsync(Cancel)));
        Assert.Contains("<bdi>Holiday</bdi>", await GetAsync("/schedules/holidays"), StringComparison.Ordinal);
        _admin.DefaultRequestHeaders.AcceptLanguage.ParseAdd("de");
        Assert.Contains("<bdi>Feiertag</bdi>", await GetAsync("/schedules/holidays"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_roll_call_is_saved_at_once_and_tells_the_mark()
    {
        var (session, ada) = await SessionAsync();
        var id = Guid.NewGuid();

        var answer = await CallAsync(session, new { event_id = id, person_id = ada, mark = "late" });
        Assert.Equal(("late", "Late", "roll_call"), ((string?)answer["mark"], (string?)answer["word"], (string?)answer["stated_by"]));
        await CallAsync(session, new { event_id = id, person_id = ada, mark = "late" });
        Assert.Equal(1, await _site.DbAsync(db => db.CheckIns.CountAsync(Cancel)));
        Assert.Equal("pending", (string?)(await CallAsync(session, new { event_id = Guid.NewGuid(), person_id = ada, mark = (string?)null }))["mark"]);
        Assert.Equal("invalid_request", await CodeAsync(session, new { event_id = id, person_id = ada, mark = "left_early" }));
        Assert.Equal("invalid_request", await CodeAsync(session, new { event_id = id, person_id = ada, mark = "pending" }));
        Assert.Equal("invalid_request", await CodeAsync(session, new { person_id = ada, mark = "late" }));
        Assert.Equal("invalid_request", await CodeAsync(session, new { event_id = id, person_id = ada, mark = "late", by = "me" }));
        Assert.Equal("event_id_taken", await CodeAsync(session, new { event_id = id, person_id = ada, mark = "present" }));
        Assert.Equal("unknown_person", await CodeAsync(session, new { event_id = Guid.NewGuid(), person_id = Guid.NewGuid(), mark = "present" }));
        Assert.Equal("not_found", await CodeAsync(Guid.NewGuid(), new { event_id = Guid.NewGuid(), person_id = ada, mark = "present" }));
        _site.Clock.Ahead += TimeSpan.FromHours(3);
        Assert.Equal("roll_not_open", await CodeAsync(session, new { event_id = Guid.NewGuid(), person_id = ada, mark = "present" }));
    }

    [Fact]
    public async Task A_roll_call_needs_the_token_of_the_page()
    {
        var (session, ada) = await SessionAsync();

        using var refused = await _operator.PostAsJsonAsync($"/api/attendance/sessions/{session}/marks", new { event_id = Guid.NewGuid(), person_id = ada, mark = "late" }, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(0, await _site.DbAsync(db => db.CheckIns.CountAsync(Cancel)));
    }

    [Fact]
    public async Task A_correction_needs_a_mark_and_a_reason_and_a_closed_period_takes_none()
    {
        var (session, ada) = await SessionAsync();
        var page = $"/attendance/{session}/people/{ada}";

        var refused = await TextAsync(await PostAsync(page, new() { ["Wanted"] = "sometimes", ["Why.Reason"] = "" }, page, _operator));
        Assert.Contains("Choose a mark.", refused, StringComparison.Ordinal);
        Assert.Contains("Enter the reason.", refused, StringComparison.Ordinal);
        using var saved = await PostAsync(page, new() { ["EventId"] = Guid.NewGuid().ToString(), ["Wanted"] = "excused", ["Why.Reason"] = "At the dentist" }, page, _operator);
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        var after = await GetAsync(page);
        Assert.Contains("Mark corrected, Not yet to Excused", after, StringComparison.Ordinal);
        Assert.Contains("As the check-ins say", after, StringComparison.Ordinal);

        var today = $"{_site.Clock.UtcNow:yyyy-MM-dd}";
        using var closed = await PostAsync("/schedules/periods?handler=Close", new() { ["Period.FirstDay"] = today, ["Period.LastDay"] = today, ["Closing.Reason"] = "Reported" }, "/schedules/periods");
        Assert.True(closed.StatusCode == HttpStatusCode.Redirect, await closed.Content.ReadAsStringAsync(Cancel));
        Assert.Contains("Its marks do not change any more", await GetAsync(page), StringComparison.Ordinal);
        Assert.Contains("Its marks do not change any more", await GetAsync($"/attendance/{session}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_state_of_today_is_sent_when_it_changes()
    {
        var (_, ada) = await SessionAsync();
        using var response = await _operator.GetAsync(new Uri("/api/attendance/today/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal((1, 0, 1), await NextAsync(reader));

        await _site.CheckInAsync(ada);
        Assert.Equal((1, 1, 0), await NextAsync(reader));
    }

    [Fact]
    public async Task Codes_are_shown_once_and_without_consent()
    {
        var ada = await _site.PersonAsync("Ada", "A-1");
        var page = $"/people/{ada}/codes";

        var issued = await TextAsync(await PostAsync(page + "?handler=IssueCode", [], page, _operator));
        Assert.Matches("<code class=\"secret\" id=\"code\">[0-9]{6}</code>", issued);
        Assert.DoesNotContain("class=\"secret\"", await GetAsync(page), StringComparison.Ordinal);
        var printed = await TextAsync(await PostAsync(page + "?handler=IssueQr", [], page, _operator));
        Assert.Contains("<svg", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", printed, StringComparison.Ordinal); // the content policy forbids inline styles
        Assert.DoesNotContain("<svg", await GetAsync(page), StringComparison.Ordinal);
        using var revoked = await PostAsync(page + "?handler=RevokeQr", [], page, _operator);
        Assert.Contains("Issue a QR code", await GetAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_persons_export_contains_their_attendance()
    {
        var (_, ada) = await SessionAsync();
        await _site.CheckInAsync(ada);

        using var exported = await PostAsync($"/people/{ada}?handler=Export", [], $"/people/{ada}");
        await using var zip = new System.IO.Compression.ZipArchive(await exported.Content.ReadAsStreamAsync(Cancel));
        using var reader = new StreamReader(await zip.GetEntry("attendance.json")!.OpenAsync(Cancel));
        var text = await reader.ReadToEndAsync(Cancel);

        Assert.Contains("\"name\": \"Lesson\"", text, StringComparison.Ordinal);
        Assert.Contains("\"method\": \"Face\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CheckIn:Debounce", "00:00:00", "Debounce")]
    [InlineData("CheckIn:LateAfter", "soon", "CheckIn:LateAfter")]
    [InlineData("CheckIn:Latency", "1", "CheckIn:Latency")]
    [InlineData("Schedules:Zone", "Mars/Olympus", "Schedules:Zone")]
    [InlineData("Schedules:DaysAhead", "0", "DaysAhead")]
    public async Task A_setting_that_cannot_be_stops_the_start_and_is_named(string key, string value, string named)
    {
        await using var web = new WebServer(new Uri("http://127.0.0.1:1"), (key, value));

        var refused = Assert.ThrowsAny<Exception>(web.StartServer);

        Assert.Contains(named, refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(int Expected, int Present, int Missing)> NextAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(Cancel) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                var one = JsonNode.Parse(line[6..])!.AsArray().Single()!;
                return ((int)one["expected"]!, (int)one["present"]!, (int)one["missing"]!);
            }
        }

        throw new EndOfStreamException();
    }

    private static Dictionary<string, string> ScheduleForm(Guid group) => new()
    {
        ["Form.Name"] = "Mathematics", ["Form.Groups"] = group.ToString(), ["Form.Interval"] = "1", ["Form.FirstDay"] = "2026-01-01", ["Form.Until"] = "",
        ["Form.StartsAt"] = "09:00", ["Form.Duration"] = "60", ["Form.Zone"] = "Europe/Vienna", ["Form.Place"] = "", ["Form.OpensBefore"] = "15", ["Form.LateAfter"] = "5",
        ["Form.Days"] = "every", ["Form.SkipsHolidays"] = "true",
    };

    private async Task<(Guid Session, Guid Ada)> SessionAsync()
    {
        var ada = await _site.PersonAsync("Ada", "A-1");
        return (await _site.SessionAsync(await _site.GroupAsync("Class", ada), TimeSpan.FromMinutes(5)), ada);
    }

    private async Task<HttpClient> ClientAsync(AccountRole role) => _site.Web.Client(await _site.Web.SignInAsync(role));

    private async Task<JsonNode> CallAsync(Guid session, object body)
    {
        using var response = await SendAsync(session, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Cancel))!;
    }

    private async Task<string?> CodeAsync(Guid session, object body)
    {
        using var response = await SendAsync(session, body);
        Assert.False(response.IsSuccessStatusCode);
        return (string?)(await response.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["code"];
    }

    private async Task<HttpResponseMessage> SendAsync(Guid session, object body)
    {
        var (cookie, token) = await TokenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/api/attendance/sessions/{session}/marks", UriKind.Relative)) { Content = JsonContent.Create(body) };
        request.Headers.Add("RequestVerificationToken", token);
        request.Headers.Add("Cookie", cookie);
        return await _operator.SendAsync(request, Cancel);
    }

    private async Task<HttpResponseMessage> UploadAsync(string text)
    {
        var (cookie, token) = await TokenAsync(_admin);
        using var form = new MultipartFormDataContent
        {
            { new StringContent(token), "__RequestVerificationToken" }, { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", "holidays.ics" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/schedules/holidays?handler=Import", UriKind.Relative)) { Content = form };
        request.Headers.Add("Cookie", cookie);
        return await _admin.SendAsync(request, Cancel);
    }

    /// <summary>The cookie and the token of a form. The clients have a cookie of their own and keep none.</summary>
    private async Task<(string Cookie, string Token)> TokenAsync(HttpClient? client = null, string page = "/people/new")
    {
        client ??= _operator;
        using var shown = await client.GetAsync(new Uri(page, UriKind.Relative), Cancel);
        var own = string.Join("; ", client.DefaultRequestHeaders.GetValues("Cookie"));
        var given = shown.Headers.TryGetValues("Set-Cookie", out var cookies) ? "; " + string.Join("; ", cookies.Select(each => each.Split(';')[0])) : "";
        return (own + given, SignIn.TokenIn(await shown.Content.ReadAsStringAsync(Cancel)));
    }

    private async Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> values, string? page = null, HttpClient? client = null)
    {
        client ??= _admin;
        var (cookie, token) = await TokenAsync(client, page ?? path);
        var fields = values.Where(each => each.Key is not ("Form.Days" or "Form.Groups") || each.Value is not ("every" or "")).Append(new("__RequestVerificationToken", token)).ToList();
        if (values.GetValueOrDefault("Form.Days") == "every")
        {
            fields.AddRange(Recurrence.Week.Select(day => new KeyValuePair<string, string>("Form.Days", day.ToString())));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("Cookie", cookie);
        return await client.SendAsync(request, Cancel);
    }

    private static async Task<string> TextAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Cancel));
        }
    }

    private async Task<string> GetAsync(string path) => WebUtility.HtmlDecode(await _admin.GetStringAsync(new Uri(path, UriKind.Relative), Cancel));
}
