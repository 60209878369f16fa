using Attendance.Benchmarks.Pages;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Web.Data;
using Attendance.Web.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Data;

/// <summary>
/// Tests that the pages that operators use most read no whole table, so that they stay fast as an organisation grows. Whoever lists people in order, or counts
/// them, may read the index of all names; no name, number or picture is read with it.
/// </summary>
public abstract class QueryPlanSuite : IAsyncLifetime
{
    private const int People = 2000, Expected = 100, Days = 60;

    /// <summary>The tables that grow with people and with time.</summary>
    private static readonly string[] s_large = ["people", "memberships", "shots", "shot_templates", "sessions", "session_groups", "check_ins", "check_in_sessions"];

    private readonly Organisation _organisation = new(People, Expected, Days);
    private readonly RequestQueries _queries = new();
    private WebServer _web = null!;
    private HttpClient _client = null!;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _web = new WebServer(new Uri("http://127.0.0.1:1"), await SettingsAsync()) { Adjust = _queries.Watch };
        _web.StartServer();
        await using (var scope = _web.Services.CreateAsyncScope())
        {
            await _organisation.FillAsync(scope.ServiceProvider.GetRequiredService<AttendanceDb>(), DateTime.UtcNow, Cancel);
        }

        _client = _web.Client(await _web.SignInAsync(AccountRole.Admin));
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_first_page_of_people_reads_the_index_of_names_at_most() => await ReadsLittleAsync("/people", mayReadNames: true);

    [Fact]
    public async Task A_page_in_the_middle_reads_the_index_of_names_at_most() => await ReadsLittleAsync(Searched(new(null, null, 50)), mayReadNames: true);

    [Fact]
    public async Task A_search_for_a_part_of_a_name_reads_the_index_of_names_at_most() => await ReadsLittleAsync(Searched(new("lovelace", null, 1)), mayReadNames: true);

    [Fact]
    public async Task The_people_of_a_department_are_found_by_its_index() => await ReadsLittleAsync(Searched(new(null, Organisation.DepartmentOf(7), 1)), mayReadNames: false);

    [Fact]
    public async Task The_page_of_today_reads_nothing_of_other_days() => await ReadsLittleAsync("/attendance", mayReadNames: false);

    [Fact]
    public async Task The_sheet_of_a_session_reads_nothing_of_other_sessions() => await ReadsLittleAsync($"/attendance/{_organisation.SessionId}", mayReadNames: false);

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    /// <summary>Returns how the database gets at the rows of each table, and how many it reads if it tells.</summary>
    private protected abstract Task<IReadOnlyList<TableAccess>> ExplainAsync(AttendanceDb db, RequestQuery query);

    private async Task ReadsLittleAsync(string address, bool mayReadNames)
    {
        var queries = await _queries.OfAsync(() => _client.GetStringAsync(new Uri(address, UriKind.Relative), Cancel));
        await using var scope = _web.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        await db.Database.OpenConnectionAsync(Cancel);
        var found = new List<TableAccess>();
        foreach (var query in queries)
        {
            found.AddRange(await ExplainAsync(db, query));
        }

        Assert.Contains(found, each => each.Table == "people"); // or it was not what the page asks
        Assert.Empty(found.Where(each => s_large.Contains(each.Table) && !(mayReadNames && each is { Table: "people", IsIndexOnly: true }) && each.ReadsMuch)
            .Select(each => $"{each.Plan}\n{each.Query.Text}"));
    }

    private string Searched(PeopleSearch search) => $"/people?search={_web.Services.GetRequiredService<SearchToken>().Seal(search)}";
}

public sealed class QueryPlanOnSqliteTests : QueryPlanSuite
{
    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);

    private protected override Task<IReadOnlyList<TableAccess>> ExplainAsync(AttendanceDb db, RequestQuery query) => QueryPlans.OfSqliteAsync(db.Database.GetDbConnection(), query, Cancel);
}

public sealed class QueryPlanOnPostgresTests(PostgresServer postgres) : QueryPlanSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];

    private protected override Task<IReadOnlyList<TableAccess>> ExplainAsync(AttendanceDb db, RequestQuery query) => QueryPlans.OfPostgresAsync(db.Database.GetDbConnection(), query, Cancel);
}
