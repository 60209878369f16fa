using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Stores;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.People;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.ReadApi;

/// <summary>Tests what a program reads, page by page, on every database that Web may have.</summary>
public abstract class ReadApiSuite : IAsyncLifetime
{
    private ReadApiSite _site = null!;
    private HttpClient _program = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AttendanceSite Site => _site.Site;

    public async ValueTask InitializeAsync()
    {
        _site = new ReadApiSite([("ReadApi:RequestsPerMinute", "10000"), .. await SettingsAsync()]);
        _program = _site.Program(await _site.TokenAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _program?.Dispose();
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The promise of lists: a reader that goes on with the last cursor has everything, however people change and however late a change is committed.</summary>
    [Fact]
    public async Task A_reader_that_goes_on_with_the_last_cursor_misses_nothing()
    {
        var people = new List<Guid>();
        for (var i = 0; i < 7; i++)
        {
            people.Add(await Site.PersonAsync($"Person {i}", $"N-{i}"));
        }

        await SetChangedAsync(people[2], people[3], people[4]); // at the same time: the id decides
        Guid? added = null;
        var (items, cursor) = await ReadApiSite.RunAsync(_program, "people", "limit=2", async pages =>
        {
            if (pages == 2)
            {
                added = await Site.PersonAsync("Added Meanwhile", "N-7");
                await RenameAsync(people[0], "Changed Meanwhile"); // was read already, and comes again
            }
        });
        var read = items.Select(item => item.GetProperty("id").GetGuid()).ToList();
        Assert.Equal([.. people, added!.Value], read.ToHashSet());
        Assert.Equal("Changed Meanwhile", items.Last(item => item.GetProperty("id").GetGuid() == people[0]).GetProperty("full_name").GetString());
        Assert.Equal(read.Count - 1, read.Distinct().Count());

        Site.Clock.Ahead += TimeSpan.FromMinutes(10);
        (items, cursor) = await ReadApiSite.RunAsync(_program, "people", $"cursor={cursor}"); // a run whose overlap the changes above have
        (items, cursor) = await ReadApiSite.RunAsync(_program, "people", $"cursor={cursor}");
        Assert.Empty(items);

        // A change that was made before the last run, but committed after it.
        await SetChangedAsync(Site.Clock.UtcNow - TimeSpan.FromSeconds(40), people[5]);
        await Site.WithAsync<PeopleStore, bool>(async store =>
        {
            await store.DeleteAsync(people[6], AttendanceSite.Account, Cancel);
            return true;
        });
        (items, cursor) = await ReadApiSite.RunAsync(_program, "people", $"cursor={cursor}&limit=1");
        Assert.Equal([people[5], people[6]], items.Select(item => item.GetProperty("id").GetGuid()));
        Assert.Equal(["changed_at", "deleted", "id"], items[1].EnumerateObject().Select(each => each.Name).Order(StringComparer.Ordinal)); // nothing of who it was

        var (since, _) = await ReadApiSite.RunAsync(_program, "people", $"updated_since={Site.Clock.UtcNow.AddMinutes(-1):yyyy-MM-ddTHH:mm:ssZ}");
        Assert.Equal([people[5], people[6]], since.Select(item => item.GetProperty("id").GetGuid()));
        Site.Clock.Ahead += TimeSpan.FromDays(89);
        await ReadApiSite.RunAsync(_program, "people", $"cursor={cursor}");
        Site.Clock.Ahead -= TimeSpan.FromDays(89);
        using var program = _site.Program(await _site.TokenAsync("0"));
        Site.Clock.Ahead += TimeSpan.FromDays(91);
        using var tooOld = await program.GetAsync(new Uri($"/api/v1/people?cursor={cursor}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Gone, tooOld.StatusCode);
    }

    [Fact]
    public async Task Groups_sessions_check_ins_and_marks_are_read_with_filters()
    {
        var (ada, bob, eve) = (await Site.PersonAsync("Ada", "A-1"), await Site.PersonAsync("Bob", "B-1"), await Site.PersonAsync("Eve", "E-1"));
        var (one, other) = (await Site.GroupAsync("Class 7a", ada, bob), await Site.GroupAsync("Class 7b", eve));
        var (lesson, later) = (await Site.SessionAsync(one, TimeSpan.FromMinutes(5), "Room 1"), await Site.SessionAsync(other, TimeSpan.FromHours(3)));
        var checkIn = Guid.NewGuid();
        Assert.IsType<CheckInOutcome.Recorded>(await Site.CheckInAsync(ada, "Room 1", checkIn));

        var group = Assert.Single(await ItemsAsync($"groups?person={ada}"));
        Assert.Equal(("Class 7a", 2), (group.GetProperty("name").GetString(), group.GetProperty("members").GetArrayLength()));
        Assert.Equal([eve], (await ItemsAsync($"people?group={other}")).Select(item => item.GetProperty("id").GetGuid()));
        var session = Assert.Single(await ItemsAsync($"sessions?group={one}&from={At(0)}&until={At(60)}"));
        Assert.Equal((lesson, "planned", "Room 1", one), (session.GetProperty("id").GetGuid(), session.GetProperty("state").GetString(), session.GetProperty("place").GetString(), session.GetProperty("group_ids")[0].GetGuid()));
        Assert.Equal([later], (await ItemsAsync($"sessions?from={At(60)}")).Select(item => item.GetProperty("id").GetGuid()));

        var recorded = Assert.Single(await ItemsAsync($"check-ins?person={ada}&session={lesson}&group={one}&from={At(-5)}&until={At(5)}"));
        Assert.Equal((checkIn, "face", lesson), (recorded.GetProperty("id").GetGuid(), recorded.GetProperty("method").GetString(), recorded.GetProperty("session_ids")[0].GetGuid()));
        Assert.All(["evidence", "reason", "account_id"], name => Assert.False(recorded.TryGetProperty(name, out _)));
        Assert.Empty(await ItemsAsync($"check-ins?person={bob}"));

        var marks = (await ItemsAsync("marks")).ToDictionary(item => item.GetProperty("person_number").GetString()!, item => item.GetProperty("mark").GetString());
        Assert.Equal(new Dictionary<string, string?> { ["A-1"] = "present", ["B-1"] = "pending" }, marks); // the later session has not opened
        Assert.Equal("present", (await ReadApiSite.GetAsync(_program, $"/api/v1/marks/{lesson}/{ada}")).GetProperty("mark").GetString());

        var (_, cursor) = await ReadApiSite.RunAsync(_program, "marks", "limit=1"); // a session in two pages
        Site.Clock.Ahead += TimeSpan.FromHours(5);
        var (changed, next) = await ReadApiSite.RunAsync(_program, "marks", $"cursor={cursor}&limit=1");
        Assert.Equal(["A-1 present", "B-1 absent", "E-1 absent"], changed.Select(item => $"{item.GetProperty("person_number")} {item.GetProperty("mark")}").Order(StringComparer.Ordinal));
        (changed, next) = await ReadApiSite.RunAsync(_program, "marks", $"cursor={next}");
        Assert.Empty(changed);
        await CorrectAsync(lesson, bob);
        (changed, _) = await ReadApiSite.RunAsync(_program, "marks", $"cursor={next}");
        Assert.Contains(changed, item => item.GetProperty("person_id").GetGuid() == bob && item.GetProperty("mark").GetString() == "excused" && item.GetProperty("stated_by").GetString() == "correction");
    }

    [Fact]
    public async Task Who_has_an_answer_gets_304_and_who_leaves_a_group_changes_it()
    {
        var ada = await Site.PersonAsync("Ada", "A-1");
        var group = await Site.GroupAsync("Class 7a", ada);
        foreach (var address in (string[])[$"/api/v1/people/{ada}", "/api/v1/groups", $"/api/v1/groups/{group}", "/api/v1/sessions"])
        {
            using var first = await _program.GetAsync(new Uri(address, UriKind.Relative), Cancel);
            Assert.Equal("no-store", first.Headers.CacheControl?.ToString());
            using var again = await AskAsync(address, first.Headers.ETag!.ToString());
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.Empty(await again.Content.ReadAsByteArrayAsync(Cancel));
        }

        using var before = await _program.GetAsync(new Uri($"/api/v1/groups/{group}", UriKind.Relative), Cancel);
        var (_, cursor) = await ReadApiSite.RunAsync(_program, "groups", "limit=500");
        Site.Clock.Ahead += TimeSpan.FromMinutes(5);
        await Site.WithAsync<GroupStore, bool>(async groups =>
        {
            await groups.RemoveMemberAsync(group, ada, AttendanceSite.Account, Cancel);
            return true;
        });
        using var after = await AskAsync($"/api/v1/groups/{group}", before.Headers.ETag!.ToString());
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        var (changed, _) = await ReadApiSite.RunAsync(_program, "groups", $"cursor={cursor}");
        Assert.True(Assert.Single(changed).GetProperty("members")[0].TryGetProperty("until", out _));
    }

    [Fact]
    public async Task An_error_names_the_parameter()
    {
        var (_, ofGroups) = await ReadApiSite.RunAsync(_program, "groups", "limit=500");
        foreach (var (query, name) in ((string, string)[])
        [
            ("people?limit=0", "limit"), ("people?limit=501", "limit"), ("people?limit=ten", "limit"), ("people?limit=1&limit=2", "limit"), ("people?update_since=2026-01-01T00:00:00Z", "update_since"),
            ("people?updated_since=2026-01-01", "updated_since"), ("people?updated_since=2026-01-01T00:00:00", "updated_since"), ("sessions?from=yesterday", "from"), ("marks?group=7a", "group"),
            ("people?cursor=made-up", "cursor"), ($"people?cursor={ofGroups}", "cursor"), ($"groups?cursor={ofGroups}&person={Guid.NewGuid()}", "cursor"), ("groups?session=x", "session"),
        ])
        {
            using var response = await _program.GetAsync(new Uri("/api/v1/" + query, UriKind.Relative), Cancel);
            Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{query}: {response.StatusCode}");
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            Assert.Equal(name, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        }
    }

    [Theory]
    [InlineData("people")]
    [InlineData("groups")]
    [InlineData("sessions")]
    [InlineData("check-ins")]
    [InlineData("marks")]
    public async Task A_page_takes_as_many_statements_however_many_items_it_has(string list)
    {
        const int Many = 12; // more sessions than one, of which the list of marks reads some for ten items
        for (var i = 0; i < Many; i++)
        {
            var (person, other) = (await Site.PersonAsync($"Person {i}", $"N-{i}"), await Site.PersonAsync($"Other {i}", $"O-{i}"));
            var group = await Site.GroupAsync($"Group {i}", person, other);
            await Site.SessionAsync(group, TimeSpan.FromMinutes(-i));
            await Site.CheckInAsync(person);
        }

        Site.Clock.Ahead += TimeSpan.FromMinutes(90 - Site.Clock.UtcNow.Minute); // the middle of an hour, because the first request of each notes that the token is used
        await ItemsAsync($"{list}?limit=1");

        var (one, ofOne) = await CountAsync($"{list}?limit=1");
        var (all, ofAll) = await CountAsync($"{list}?limit=500");

        Assert.Equal(1, one);
        Assert.True(all >= Many, $"{all} items");
        Assert.InRange(ofOne, 1, 8);
        Assert.Equal(ofOne, ofAll);
    }

    private async Task<(int Items, int Statements)> CountAsync(string query)
    {
        var items = 0;
        var statements = await Site.Statements.CountAsync(async () => items = (await ItemsAsync(query)).Count);
        return (items, statements);
    }

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    private string At(int minutes) => (Site.Clock.UtcNow + TimeSpan.FromMinutes(minutes)).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    private async Task<IReadOnlyList<JsonElement>> ItemsAsync(string query) => [.. (await ReadApiSite.GetAsync(_program, "/api/v1/" + query)).GetProperty("items").EnumerateArray()];

    private async Task<HttpResponseMessage> AskAsync(string address, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return await _program.SendAsync(request, Cancel);
    }

    private Task<int> SetChangedAsync(params Guid[] people) => SetChangedAsync(Site.Clock.UtcNow, people);

    private Task<int> SetChangedAsync(DateTime at, params Guid[] people) => Site.DbAsync(
        db => db.People.Where(person => people.Contains(person.Id)).ExecuteUpdateAsync(person => person.SetProperty(each => each.ChangedAt, at), Cancel));

    private Task<int> RenameAsync(Guid id, string name) => Site.DbAsync(async db =>
    {
        var person = await db.People.SingleAsync(each => each.Id == id, Cancel);
        person.Describe(name, person.Number, null, Site.Clock.UtcNow);
        return await db.SaveChangesAsync(Cancel);
    });

    private Task<(StatementOutcome, MarkResult?)> CorrectAsync(Guid session, Guid person) => Site.WithAsync<Statements, (StatementOutcome, MarkResult?)>(
        statements => statements.RecordAsync(new(Guid.NewGuid(), session, person, CheckInMethod.Correction, Mark.Excused, "ill", AttendanceSite.Account), Cancel));
}

public sealed class ReadApiOnSqliteTests : ReadApiSuite
{
    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);
}

public sealed class ReadApiOnPostgresTests(PostgresServer postgres) : ReadApiSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}
