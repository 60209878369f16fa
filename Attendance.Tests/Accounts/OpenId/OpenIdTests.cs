using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Accounts.OpenId;

/// <summary>Tests signing in at a real provider: who gets which account, and what is refused.</summary>
public sealed class OpenIdTests(OpenIdSite site) : IClassFixture<OpenIdSite>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Somebody_of_the_provider_gets_an_account_with_role_and_teams_and_the_same_one_the_next_time()
    {
        var login = site.AddPerson("Ada.Lovelace@example.org", [OpenIdSite.Admins], ["/staff/Reception Desk", "7d6e2b8a-0000-4000-8000-000000000000", "***"]);
        using var visit = site.Visit();
        (await visit.GetAsync("/sign-in")).Says(HttpStatusCode.OK, "Sign in with Example School");

        (await site.SignInAsync(visit, login)).Leads("/people");

        (await visit.GetAsync("/accounts")).Says(HttpStatusCode.OK, "This is you");
        var account = (await site.FindAsync(login))!;
        Assert.Equal(("Ada.Lovelace@example.org", AccountRole.Admin, null, null), (account.UserName, account.Role, account.PasswordHash, account.Email));
        Assert.Equal(
            ["7d6e2b8a000040008000000000000000", "reception-desk"],
            await site.DbAsync(db => db.AccountTeams.Where(team => team.AccountId == account.Id).Select(team => team.Team).Order().ToListAsync(Cancel)));
        (await visit.GetAsync("/account")).Says(HttpStatusCode.OK, "This browser");

        using var again = site.Visit();
        (await site.SignInAsync(again, login)).Leads("/people");
        Assert.Equal(account.Id, (await site.FindAsync(login))!.Id);
        Assert.Equal(2, await site.DbAsync(db => db.SignInSessions.CountAsync(each => each.AccountId == account.Id && each.Way == SignInWay.OpenIdConnect && each.EndsAt != null, Cancel)));
    }

    [Fact]
    public async Task A_name_that_is_taken_or_belongs_to_the_first_administrator_finds_no_account()
    {
        var local = await AccountSite.AddAsync(site.Web, AccountRole.Admin);
        string[] wanted = [local.UserName!, local.UserName!.ToUpperInvariant(), "admin", "ADMIN", "-", "Zoë <b>"];
        foreach (var name in wanted)
        {
            var login = site.AddPerson(name);
            using var visit = site.Visit();

            (await site.SignInAsync(visit, login)).Leads("/people");

            var account = (await site.FindAsync(login))!;
            Assert.NotEqual(local.Id, account.Id);
            Assert.DoesNotContain(account.UserName!, wanted, StringComparer.OrdinalIgnoreCase);
            Assert.Equal(AccountRole.Operator, account.Role);
        }

        Assert.False(await site.DbAsync(db => db.UserLogins.AnyAsync(each => each.UserId == local.Id, Cancel)));
    }

    [Fact]
    public async Task Who_has_no_role_is_refused_and_who_loses_it_is_signed_out_everywhere()
    {
        var login = site.AddPerson(roles: ["library"]);
        using var visit = site.Visit();

        var refused = await site.SignInAsync(visit, login);

        refused.Leads("/sign-in?problem=no_role");
        (await visit.GetAsync(refused.Location!)).Says(HttpStatusCode.OK, "have no role there for Attendance");
        Assert.Null(visit.Cookie);
        Assert.Null(await site.FindAsync(login));

        site.Provider.People[login] = site.Provider.People[login] with { Roles = [OpenIdSite.Operators] };
        (await site.SignInAsync(visit, login)).Leads("/people");
        site.Provider.People[login] = site.Provider.People[login] with { Roles = [] };
        using var elsewhere = site.Visit();
        (await site.SignInAsync(elsewhere, login)).Leads("/sign-in?problem=no_role");
        Assert.StartsWith("/sign-in", (await visit.GetAsync("/account")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_roles_and_groups_hold_from_the_next_sign_in_on()
    {
        var login = site.AddPerson(roles: [OpenIdSite.Admins, OpenIdSite.Operators], groups: ["reception"]);
        using var visit = site.Visit();
        (await site.SignInAsync(visit, login)).Leads("/people");
        Assert.Equal(HttpStatusCode.OK, (await visit.GetAsync("/accounts")).Status);
        var account = (await site.FindAsync(login))!;

        site.Provider.People[login] = site.Provider.People[login] with { Roles = [OpenIdSite.Operators], Groups = ["night"] };
        using var again = site.Visit();
        (await site.SignInAsync(again, login)).Leads("/people");

        Assert.Equal(HttpStatusCode.Forbidden, (await again.GetAsync("/accounts")).Status);
        Assert.Equal(["night"], await site.DbAsync(db => db.AccountTeams.Where(team => team.AccountId == account.Id).Select(team => team.Team).ToListAsync(Cancel)));
        Assert.Equal(
            ["account.added", "account.role", "account.teams", "account.teams"],
            await site.DbAsync(db => db.AuditEntries.Where(entry => entry.AccountId == account.Id).Select(entry => entry.Action).Order().ToListAsync(Cancel)));
    }

    [Fact]
    public async Task A_sign_in_ends_when_the_provider_is_to_be_asked_again()
    {
        var login = site.AddPerson();
        using var visit = site.Visit();
        (await site.SignInAsync(visit, login)).Leads("/people");
        var account = (await site.FindAsync(login))!;
        var old = await site.Web.SignInAsync(account, age: TimeSpan.FromSeconds(61)); // its cookie is looked up at the next request
        using var client = site.Web.Client(old);

        await site.DbAsync(db => db.SignInSessions.Where(each => each.AccountId == account.Id)
            .ExecuteUpdateAsync(each => each.SetProperty(row => row.EndsAt, DateTime.UtcNow.AddSeconds(-1)), Cancel));

        using var refused = await client.GetAsync(new Uri("/account", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Redirect, refused.StatusCode);
    }

    [Fact]
    public async Task Many_first_sign_ins_at_once_make_one_account()
    {
        var login = site.AddPerson();
        var visits = Enumerable.Range(0, 4).Select(_ => site.Visit()).ToList();

        var answers = await Task.WhenAll(visits.Select(visit => site.SignInAsync(visit, login)));

        visits.ForEach(visit => visit.Dispose());
        Assert.All(answers, answer => answer.Leads("/people"));
        Assert.NotNull(await site.FindAsync(login));
    }

    [Fact]
    public async Task What_comes_back_counts_once_and_only_in_the_browser_that_asked()
    {
        var login = site.AddPerson();
        using var visit = site.Visit();
        using var other = site.Visit();
        var back = await site.BackAsync(visit, login);

        (await other.GetAsync(back.PathAndQuery)).Leads("/sign-in?problem=failed"); // a browser that was given somebody else's answer
        Assert.Null(other.Cookie);
        Assert.Null(await site.FindAsync(login));
        (await visit.GetAsync(back.PathAndQuery)).Leads("/people");
        using var replay = site.Visit();
        (await replay.GetAsync(back.PathAndQuery)).Leads("/sign-in?problem=failed");
        Assert.Null(replay.Cookie);
        (await visit.GetAsync(back.PathAndQuery)).Leads("/sign-in?problem=failed");
    }

    [Fact]
    public async Task A_code_of_another_browser_and_a_state_that_was_changed_sign_nobody_in()
    {
        using var victim = site.Visit();
        using var attacker = site.Visit();
        var stolen = await site.BackAsync(victim, site.AddPerson());
        var own = await site.BackAsync(attacker, site.AddPerson());
        var (theirs, mine) = (System.Web.HttpUtility.ParseQueryString(stolen.Query), System.Web.HttpUtility.ParseQueryString(own.Query));

        // The attacker's state fits the attacker's browser. The code does not fit the proof of possession (PKCE) that belongs to it.
        (await attacker.GetAsync($"/signin-oidc?code={Uri.EscapeDataString(theirs["code"]!)}&state={Uri.EscapeDataString(mine["state"]!)}")).Leads("/sign-in?problem=failed");
        (await attacker.GetAsync($"/signin-oidc?code={Uri.EscapeDataString(mine["code"]!)}&state=x")).Leads("/sign-in?problem=failed");
        (await attacker.GetAsync("/signin-oidc")).Leads("/sign-in?problem=failed");
        (await attacker.GetAsync("/signin-oidc?error=server_error&error_description=%3Cb%3E")).Leads("/sign-in?problem=failed");
        Assert.Null(attacker.Cookie);
    }

    [Theory]
    [InlineData("nonce", "another")]
    [InlineData("iss", "https://evil.test/")]
    [InlineData("aud", "another-client")]
    [InlineData("sub", "")]
    [InlineData("exp", 1_700_000_000)]
    public async Task A_token_that_is_not_for_this_sign_in_signs_nobody_in(string claim, object value)
    {
        var login = site.AddPerson();
        using var visit = site.Visit();
        var back = await site.BackAsync(visit, login);
        site.Provider.Tamper = token => token[claim] = value is int number ? number : (string)value;

        (await visit.GetAsync(back.PathAndQuery)).Leads("/sign-in?problem=failed");

        Assert.Null(visit.Cookie);
        Assert.Null(await site.FindAsync(login));
    }

    [Theory]
    [InlineData("https://evil.test/", "/")]
    [InlineData("//evil.test", "/")]
    [InlineData("/people?page=2", "/people?page=2")]
    public async Task Signing_in_leads_to_this_site_only(string wanted, string expected)
    {
        using var visit = site.Visit();

        (await site.SignInAsync(visit, site.AddPerson(), $"/sign-in?handler=OpenId&return={Uri.EscapeDataString(wanted)}")).Leads(expected);
    }

    [Fact]
    public async Task Nothing_secret_reaches_a_log()
    {
        var login = site.AddPerson("Somebody.Of.Note");
        using var visit = site.Visit();
        var challenge = (await visit.GetAsync("/sign-in?handler=OpenId")).Location!;
        var back = await site.Provider.LogInAsync(challenge, login);
        (await visit.GetAsync(back.PathAndQuery)).Leads("/");
        using var other = site.Visit();
        await other.GetAsync(back.PathAndQuery);
        var (asked, given) = (System.Web.HttpUtility.ParseQueryString(new Uri(challenge).Query), System.Web.HttpUtility.ParseQueryString(back.Query));

        var said = string.Join('\n', site.Web.Logs.GetSnapshot().Select(record =>
            $"{record.Message} {record.Exception} {string.Join(' ', record.StructuredState ?? [])} {string.Join(' ', record.Scopes)}"));

        Assert.Contains("signed in at the OpenID Connect provider", said, StringComparison.Ordinal);
        Assert.Contains("A sign-in at the OpenID Connect provider failed", said, StringComparison.Ordinal);
        Assert.All(
            [asked["nonce"]!, asked["state"]!, asked["code_challenge"]!, given["code"]!, OpenIdHost.ClientSecret, "Somebody.Of.Note", login, visit.Cookie!],
            secret => Assert.DoesNotContain(secret, said, StringComparison.OrdinalIgnoreCase));
    }
}
