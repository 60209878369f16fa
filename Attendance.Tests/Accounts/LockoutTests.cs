using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>Tests that guessing passwords locks out whoever guesses, and nobody else.</summary>
public sealed class LockoutTests : IAsyncLifetime
{
    private const int Wrong = 20;
    private readonly SqlStatements _statements = new();
    private WebServer _web = null!;

    public ValueTask InitializeAsync()
    {
        _web = Server(Wrong);
        _web.StartServer();
        return default;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    [Fact]
    public async Task Wrong_passwords_at_the_same_time_all_count()
    {
        var account = await AccountSite.AddAsync(_web);

        await Task.WhenAll(Enumerable.Range(0, Wrong).Select(_ => GuessAsync(account)));

        await AssertRefusedAsync(account, AccountSite.Password);
    }

    [Fact]
    public async Task One_wrong_password_less_locks_nobody_out()
    {
        var account = await AccountSite.AddAsync(_web);

        await Task.WhenAll(Enumerable.Range(0, Wrong - 1).Select(_ => GuessAsync(account)));

        using var visit = new Visit(_web.Address);
        (await visit.SignInAsync(account.UserName!, AccountSite.Password)).Leads("/");
    }

    [Fact]
    public async Task Strangers_do_not_lock_out_whoever_has_signed_in_here_before()
    {
        var account = await AccountSite.AddAsync(_web);
        using var known = new Visit(_web.Address);
        (await known.SignInAsync(account.UserName!, AccountSite.Password)).Leads("/");
        (await known.PostAsync("/account", [])).Leads("/sign-in");

        await Task.WhenAll(Enumerable.Range(0, Wrong).Select(_ => GuessAsync(account)));

        await AssertRefusedAsync(account, AccountSite.Password);
        (await known.SignInAsync(account.UserName!, AccountSite.Password)).Leads("/");
    }

    [Fact]
    public async Task A_browser_that_guesses_is_locked_whoever_signed_in_there_before()
    {
        await using var web = Server(wrongPasswords: 2);
        var account = await AccountSite.AddAsync(web);
        var other = await AccountSite.AddAsync(web);
        using var known = new Visit(web.Address);
        (await known.SignInAsync(account.UserName!, AccountSite.Password)).Leads("/");
        (await known.PostAsync("/account", [])).Leads("/sign-in");

        for (var attempt = 0; attempt < 2; attempt++)
        {
            (await known.SignInAsync(account.UserName!, "wrong")).Says(HttpStatusCode.OK, "is wrong");
            (await known.SignInAsync(other.UserName!, "wrong")).Says(HttpStatusCode.OK, "is wrong");
        }

        (await known.SignInAsync(account.UserName!, AccountSite.Password)).Says(HttpStatusCode.OK, "is wrong");
        using var stranger = new Visit(web.Address);
        (await stranger.SignInAsync(account.UserName!, AccountSite.Password)).Leads("/"); // only the guessing browser is locked
        using var another = new Visit(web.Address);
        (await another.SignInAsync(other.UserName!, AccountSite.Password)).Says(HttpStatusCode.OK, "is wrong"); // this account had not signed in there before, so its guesses count for every browser
    }

    [Fact]
    public async Task An_administrator_sees_who_is_locked_out_and_ends_it_with_a_new_password()
    {
        var account = await AccountSite.AddAsync(_web);
        await Task.WhenAll(Enumerable.Range(0, Wrong).Select(_ => GuessAsync(account)));
        using var admin = new Visit(_web.Address) { Cookie = (await _web.SignInAsync(AccountRole.Admin)).Value };
        (await admin.GetAsync("/accounts")).Says(HttpStatusCode.OK, "Locked");

        var reset = await admin.PostAsync("/accounts?handler=Reset", new() { ["id"] = account.Id }, page: "/accounts");

        Assert.DoesNotContain("Locked", reset.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_known_and_an_unknown_name_cost_the_database_the_same()
    {
        var account = await AccountSite.AddAsync(_web);
        await GuessAsync(account);

        var known = await _statements.CountAsync(() => GuessAsync(account));
        var unknown = await _statements.CountAsync(() => GuessAsync(new Account { UserName = "nobody.of.that.name" }));
        await Task.WhenAll(Enumerable.Range(0, Wrong).Select(_ => GuessAsync(account)));
        var locked = await _statements.CountAsync(() => GuessAsync(account));

        Assert.NotEqual(0, known);
        Assert.Equal((known, known), (unknown, locked));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void The_addresses_of_one_network_share_one_limit_of_attempts(string one, string another, bool isSame) =>
        Assert.Equal(isSame, Quotas.PartitionOf(IPAddress.Parse(one)) == Quotas.PartitionOf(IPAddress.Parse(another)));

    private WebServer Server(int wrongPasswords) => new(
        new Uri("http://127.0.0.1:1"), ("Accounts:WrongPasswords", $"{wrongPasswords}"), ("Accounts:AttemptsPerMinute", "10000"))
    {
        Adjust = AccountSite.Adjust + (services => services.ConfigureDbContext<SqliteAttendanceDb>(db => db.AddInterceptors(_statements))),
    };

    private async Task GuessAsync(Account account)
    {
        using var stranger = new Visit(_web.Address);
        (await stranger.SignInAsync(account.UserName!, "not the password")).Says(HttpStatusCode.OK, "is wrong");
    }

    private async Task AssertRefusedAsync(Account account, string password)
    {
        using var stranger = new Visit(_web.Address);
        (await stranger.SignInAsync(account.UserName!, password)).Says(HttpStatusCode.OK, "is wrong");
        Assert.Null(stranger.Cookie);
    }
}
