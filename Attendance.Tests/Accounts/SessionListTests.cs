using System.Net;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>Tests that people see where they are signed in and end it there. Accounts are checked once a minute, as in production.</summary>
public sealed partial class SessionListTests : IAsyncLifetime
{
    private const string Firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
    private static readonly Uri s_nowhere = new("http://127.0.0.1:1");

    private readonly WebServer _web = new(s_nowhere, ("Accounts:AttemptsPerMinute", "1000"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _web.StartServer();
        return default;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    [Fact]
    public async Task Somebody_sees_where_they_are_signed_in_and_ends_one_whose_copied_cookie_dies_at_once()
    {
        var account = await AccountSite.AddAsync(_web);
        using var own = new Visit(_web.Address) { Cookie = (await _web.SignInAsync(account)).Value };
        using var other = new Visit(_web.Address);
        other.Client.DefaultRequestHeaders.Add("User-Agent", Firefox);
        (await other.SignInAsync(account.UserName!, AccountSite.Password)).Leads("/");
        using var copy = new Visit(_web.Address) { Cookie = other.Cookie };
        using var third = new Visit(_web.Address) { Cookie = (await _web.SignInAsync(account)).Value };

        var page = await own.GetAsync("/account");

        page.Says(HttpStatusCode.OK, "Firefox on Windows");
        Assert.Single(Regex.Matches(page.Text, "This browser"));
        Assert.DoesNotContain("140", page.Text, StringComparison.Ordinal);
        var references = References(page.Text);
        Assert.Equal(2, references.Count);
        var stored = await DbAsync(db => db.SignInSessions.Where(each => each.AccountId == account.Id).ToListAsync(Cancel));
        Assert.All(stored, session => Assert.DoesNotContain(session.Id, page.Text, StringComparison.Ordinal));
        Assert.All(stored, session => Assert.Equal((0, 0), (session.SeenAt.Minute, session.BeganAt!.Value.Minute)));

        var firefox = stored.Single(session => session.Device == "Firefox on Windows");
        (await own.PostAsync("/account?handler=End", new() { ["session"] = SignInSessions.ReferenceOf(firefox.Id) }, "/account")).Leads("/account");

        Assert.Equal(HttpStatusCode.Unauthorized, (await copy.GetAsync("/api/cameras")).Status);
        Assert.StartsWith("/sign-in", (await other.GetAsync("/account")).Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await third.GetAsync("/account")).Status);

        (await own.PostAsync("/account?handler=EndOthers", [], "/account")).Leads("/account");

        Assert.StartsWith("/sign-in", (await third.GetAsync("/account")).Location, StringComparison.Ordinal);
        Assert.Empty(References((await own.GetAsync("/account")).Text));
        Assert.Equal(
            ["1 session", "1 session"],
            await DbAsync(db => db.AuditEntries.Where(entry => entry.AccountId == account.Id && entry.Action == "account.sessions_ended").Select(entry => entry.Detail!).ToListAsync(Cancel)));
    }

    [Fact]
    public async Task At_another_replica_a_copied_cookie_dies_within_a_minute()
    {
        await using var replica = new WebServer(s_nowhere, ("Data:Folder", _web.DataFolder));
        var account = await AccountSite.AddAsync(_web);
        using var own = new Visit(_web.Address) { Cookie = (await _web.SignInAsync(account)).Value };
        var stolen = await _web.SignInAsync(account, age: TimeSpan.FromSeconds(61)); // it was looked up a minute ago
        using var thief = replica.Client(stolen);
        using var served = await thief.GetAsync(new Uri("/account", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);

        (await own.PostAsync("/account?handler=EndOthers", [], "/account")).Leads("/account");

        using var refused = await thief.GetAsync(new Uri("/account", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Redirect, refused.StatusCode);
    }

    [Fact]
    public async Task Nobody_ends_the_session_of_another_account_unless_they_look_after_accounts()
    {
        var (account, stranger) = (await AccountSite.AddAsync(_web), await AccountSite.AddAsync(_web));
        using var victim = new Visit(_web.Address) { Cookie = (await _web.SignInAsync(account)).Value };
        using var other = new Visit(_web.Address) { Cookie = (await _web.SignInAsync(stranger)).Value };
        using var admin = new Visit(_web.Address) { Cookie = (await _web.SignInAsync(AccountRole.Admin)).Value };
        var session = await DbAsync(db => db.SignInSessions.SingleAsync(each => each.AccountId == account.Id, Cancel));

        (await other.PostAsync("/account?handler=End", new() { ["session"] = SignInSessions.ReferenceOf(session.Id) }, "/account")).Leads("/account");
        (await other.PostAsync("/accounts?handler=SignOut", new() { ["id"] = account.Id }, "/account")).Says(HttpStatusCode.Forbidden, "Not for this account");
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PostBareAsync("/accounts?handler=SignOut", new() { ["id"] = account.Id })).Status);
        Assert.Equal(HttpStatusCode.OK, (await victim.GetAsync("/account")).Status);

        (await admin.PostAsync("/accounts?handler=SignOut", new() { ["id"] = account.Id }, "/accounts")).Says(HttpStatusCode.OK, "is signed out everywhere (1 browser)");

        Assert.StartsWith("/sign-in", (await victim.GetAsync("/account")).Location, StringComparison.Ordinal);
        (await victim.SignInAsync(account.UserName!, AccountSite.Password)).Leads("/"); // the account itself is as it was
    }

    [Fact]
    public async Task Another_password_leaves_no_other_session_in_the_list()
    {
        var account = await AccountSite.AddAsync(_web);
        using var own = new Visit(_web.Address) { Cookie = (await _web.SignInAsync(account)).Value };
        await _web.SignInAsync(account);
        Assert.Single(References((await own.GetAsync("/account")).Text));

        (await own.ChangePasswordAsync(AccountSite.Password, "a sentence of one's own")).Leads("/");

        Assert.Empty(References((await own.GetAsync("/account")).Text));
    }

    [Theory]
    [InlineData(Firefox, "Firefox on Windows")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome on Linux")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone")]
    [InlineData("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android")]
    [InlineData("curl/8.14", "Another browser")]
    [InlineData("<script>alert(1)</script>", "Another browser")]
    [InlineData(null, "Another browser")]
    public void A_browser_is_named_in_words(string? userAgent, string words) => Assert.Equal(words, BrowserNames.Of(userAgent));

    private static List<string> References(string page) => [.. Reference().Matches(page).Select(match => match.Groups[1].Value)];

    private async Task<T> DbAsync<T>(Func<AttendanceDb, Task<T>> ask)
    {
        await using var scope = _web.Services.CreateAsyncScope();
        return await ask(scope.ServiceProvider.GetRequiredService<AttendanceDb>());
    }

    [GeneratedRegex("name=\"session\" value=\"([0-9a-f]{32})\"")]
    private static partial Regex Reference();
}
