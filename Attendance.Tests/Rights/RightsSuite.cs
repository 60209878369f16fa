using System.Net;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Rights;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Rights;

/// <summary>Tests the pages on which administrators write rules and put accounts into teams, on every database that Web may have.</summary>
public abstract class RightsSuite : IAsyncLifetime
{
    private AttendanceSite _site = null!;
    private Visit _admin = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = new AttendanceSite(new Uri("http://127.0.0.1:1"), [.. await SettingsAsync(), ("Rights:0:Camera", "vault"), ("Rights:0:Watch:0", "admin")]);
        _admin = new(_site.Web.Address) { Cookie = (await _site.Web.SignInAsync(AccountRole.Admin)).Value };
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    [Fact]
    public async Task Only_administrators_see_and_change_rights()
    {
        using var other = new Visit(_site.Web.Address) { Cookie = (await _site.Web.SignInAsync()).Value };

        Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync("/rights")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsync("/rights", Form("door-*", watch: "operator"), page: "/account")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _admin.PostBareAsync("/rights", Form("door-*", watch: "operator"))).Status);
        Assert.Equal(0, await _site.DbAsync(db => db.CameraRules.CountAsync(Cancel)));
        Assert.DoesNotContain("href=\"/rights\"", (await other.GetAsync("/people")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_is_added_changed_and_removed_and_each_time_in_the_audit()
    {
        (await SaveAsync("door-*", watch: "team:reception operator", borrow: "ADMIN")).Leads("/rights");
        var row = await _site.DbAsync(db => db.CameraRules.AsNoTracking().SingleAsync(Cancel));
        Assert.Equal(("door-*", "operator, team:reception", "admin", null), (row.Camera, row.Watch, row.Borrow, row.Publish));
        (await _admin.GetAsync("/rights")).Says(HttpStatusCode.OK, "operator, team:reception");
        Assert.Contains("value=\"operator, team:reception\"", (await _admin.GetAsync("/rights?change=door-*")).Text, StringComparison.Ordinal);

        (await SaveAsync("door-*", watch: "operator")).Leads("/rights");
        (await SaveAsync("door-*", watch: "operator")).Leads("/rights"); // changes nothing
        (await _admin.PostAsync("/rights?handler=Remove", new() { ["id"] = $"{row.Id}" }, page: "/rights")).Leads("/rights");
        (await _admin.PostAsync("/rights?handler=Remove", new() { ["id"] = $"{row.Id}" }, page: "/rights")).Leads("/rights");

        Assert.Equal(0, await _site.DbAsync(db => db.CameraRules.CountAsync(Cancel)));
        Assert.Equal(
            ["right.added door-*: watch operator, team:reception; borrow admin", "right.changed door-*: watch operator", "right.removed cameras door-*"],
            await AuditAsync("right."));
    }

    [Theory]
    [InlineData("", "operator", "Enter the id of a camera")]
    [InlineData("door *", "operator", "This must be the id of a camera")]
    [InlineData("auto", "operator", "This must be the id of a camera")]
    [InlineData("door-*", "", "Say for at least one right who has it.")]
    [InlineData("door-*", "everybody", "Each must be 'admin', 'operator', or 'team:'")]
    [InlineData("vault", "operator", "The configuration has a rule for these cameras")]
    public async Task A_rule_that_cannot_be_used_is_explained(string camera, string watch, string words)
    {
        (await SaveAsync(camera, watch)).Says(HttpStatusCode.OK, words);

        Assert.Equal(0, await _site.DbAsync(db => db.CameraRules.CountAsync(Cancel)));
    }

    [Fact]
    public async Task A_rule_of_the_configuration_is_shown_and_cannot_be_changed()
    {
        var page = await _admin.GetAsync("/rights");

        page.Says(HttpStatusCode.OK, "Configuration");
        Assert.DoesNotContain("Change vault", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Remove vault", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_a_limit_of_rules()
    {
        await _site.DbAsync(async db =>
        {
            db.CameraRules.AddRange(Enumerable.Range(0, RightsBook.MostRules).Select(at => new CameraRule { Camera = $"cam-{at}", Watch = "operator" }));
            return await db.SaveChangesAsync(Cancel);
        });

        (await SaveAsync("one-more", watch: "operator")).Says(HttpStatusCode.OK, "Remove one first.");
        (await SaveAsync("cam-0", watch: "admin")).Leads("/rights");
    }

    [Fact]
    public async Task An_account_is_put_into_teams_and_that_is_in_the_audit()
    {
        var account = await _site.DbAsync(async db =>
        {
            var added = new Account { UserName = $"member.{Guid.NewGuid():N}" };
            db.Users.Add(added);
            await db.SaveChangesAsync(Cancel);
            return added;
        });

        (await TeamsAsync(account.Id, "Reception, night-shift reception")).Leads("/accounts");
        Assert.Equal(["night-shift", "reception"], (await ReadAsync()).OfAccount(account.Id));
        Assert.Contains("value=\"night-shift, reception\"", (await _admin.GetAsync("/accounts")).Text, StringComparison.Ordinal);
        (await TeamsAsync(account.Id, "reception")).Leads("/accounts");
        (await TeamsAsync(account.Id, "reception")).Leads("/accounts"); // changes nothing
        (await TeamsAsync(account.Id, "two/words")).Says(HttpStatusCode.OK, "The name of a team must have 1 to 32 small letters");
        (await TeamsAsync("no-such-account", "reception")).Leads("/accounts");

        Assert.Equal(["reception"], (await ReadAsync()).OfAccount(account.Id));
        Assert.Equal(["account.teams no team became night-shift, reception", "account.teams night-shift, reception became reception"], await AuditAsync("account.teams"));
        (await TeamsAsync(account.Id, "")).Leads("/accounts");
        Assert.Empty((await ReadAsync()).OfAccount(account.Id));
        (await TeamsAsync(account.Id, Names(TeamNames.Most + 1))).Says(HttpStatusCode.OK, "20 teams at most");
        (await TeamsAsync(account.Id, Names(TeamNames.Most))).Leads("/accounts"); // longer than an entry of the audit
        Assert.Equal(TeamNames.Most, (await ReadAsync()).OfAccount(account.Id).Count);

        static string Names(int count) => string.Join(' ', Enumerable.Range(10, count).Select(at => $"{at}-{new string('t', AccountTeam.NameLength - 3)}"));
    }

    [Fact]
    public async Task Neither_a_log_nor_a_deleted_account_keeps_a_team()
    {
        var account = await _site.DbAsync(async db =>
        {
            var added = new Account { UserName = $"member.{Guid.NewGuid():N}" };
            db.Users.Add(added);
            await db.SaveChangesAsync(Cancel);
            return added;
        });
        (await TeamsAsync(account.Id, "rumpelstiltskin")).Leads("/accounts");
        (await SaveAsync("door-*", watch: "team:rumpelstiltskin")).Leads("/rights");

        (await _admin.PostAsync("/accounts?handler=Delete", new() { ["id"] = account.Id }, page: "/accounts")).Leads("/accounts");

        Assert.Equal(0, await _site.DbAsync(db => db.AccountTeams.CountAsync(Cancel)));
        Assert.DoesNotContain(_site.Web.Logs.GetSnapshot(), record => record.Message.Contains("rumpelstiltskin", StringComparison.Ordinal));
    }

    private Task<Answer> SaveAsync(string camera, string? watch = null, string? borrow = null) => _admin.PostAsync("/rights", Form(camera, watch, borrow));

    private Task<Answer> TeamsAsync(string accountId, string teams) => _admin.PostAsync("/accounts?handler=Teams", new() { ["id"] = accountId, ["teams"] = teams }, page: "/accounts");

    private static Dictionary<string, string> Form(string camera, string? watch = null, string? borrow = null) =>
        new() { ["Form.Camera"] = camera, ["Form.Watch"] = watch ?? "", ["Form.Borrow"] = borrow ?? "", ["Form.Publish"] = "" };

    private Task<AccountTeams> ReadAsync() => _site.DbAsync(db => AccountTeams.ReadAsync(db, Cancel));

    private Task<List<string>> AuditAsync(string action) => _site.DbAsync(db => db.AuditEntries.Where(entry => entry.Action.StartsWith(action))
        .OrderBy(entry => entry.At).ThenBy(entry => entry.Id).Select(entry => entry.Action + " " + entry.Detail).ToListAsync(Cancel));
}

public sealed class RightsOnSqliteTests : RightsSuite
{
    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);
}

public sealed class RightsOnPostgresTests(PostgresServer postgres) : RightsSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}
