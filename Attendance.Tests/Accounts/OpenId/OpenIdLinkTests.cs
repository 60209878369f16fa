using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Accounts.OpenId;

/// <summary>Tests who may link an account to the provider, and how the provider ends sessions.</summary>
public sealed class OpenIdLinkTests(OpenIdSite site) : IClassFixture<OpenIdSite>
{
    private const string Link = "/account?handler=Link", BackChannel = "/signin-oidc/backchannel-logout";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_owner_links_an_account_from_its_own_page_only_and_signs_in_with_either()
    {
        var local = await AccountSite.AddAsync(site.Web);
        var login = site.AddPerson(roles: [OpenIdSite.Admins]);
        using var visit = site.Visit();
        (await visit.SignInAsync(local.UserName!, AccountSite.Password)).Leads("/");
        (await visit.GetAsync("/account")).Says(HttpStatusCode.OK, $"href=\"{Link}\"");
        (await visit.GetAsync(Link)).Leads("/account?problem=signed_in_again"); // a link on another site
        visit.Client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        (await site.SignInAsync(visit, login, Link)).Leads("/account");

        using var elsewhere = site.Visit();
        (await site.SignInAsync(elsewhere, login)).Leads("/people");

        Assert.Equal(local.Id, (await site.FindAsync(login))!.Id);
        (await elsewhere.GetAsync("/accounts")).Says(HttpStatusCode.OK, "This is you");
        (await site.SignInAsync(visit, site.AddPerson(), Link)).Leads("/account?problem=already_linked");
        (await visit.GetAsync("/account")).Says(HttpStatusCode.OK, "action=\"/account?handler=Unlink\"");
        (await visit.PostAsync("/account?handler=Unlink", [], "/account")).Leads("/account");
        Assert.Null(await site.FindAsync(login));
        Assert.StartsWith("/sign-in", (await elsewhere.GetAsync("/account")).Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await visit.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task An_account_of_the_provider_belongs_to_one_account_here_and_only_whoever_asked_links_it()
    {
        var login = site.AddPerson();
        using (var first = site.Visit())
        {
            (await site.SignInAsync(first, login)).Leads("/people");
            (await first.PostAsync("/account?handler=Unlink", [], "/account")).Leads("/account"); // it has no other way in
        }

        Assert.NotNull(await site.FindAsync(login));
        using var visit = site.Visit();
        visit.Client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        var local = await AccountSite.AddAsync(site.Web);
        await visit.SignInAsync(local.UserName!, AccountSite.Password);
        (await site.SignInAsync(visit, login, Link)).Leads("/account?problem=linked_elsewhere");

        var free = site.AddPerson();
        var back = await site.BackAsync(visit, free, Link);
        visit.Cookie = (await site.Web.SignInAsync(await AccountSite.AddAsync(site.Web))).Value; // somebody else signs in meanwhile
        (await visit.GetAsync(back.PathAndQuery)).Leads("/account?problem=signed_in_again");
        Assert.Null(await site.FindAsync(free));
    }

    [Fact]
    public async Task An_administrator_links_by_the_subject_and_the_first_password_goes()
    {
        var local = await AccountSite.AddAsync(site.Web, mustChange: true);
        var login = site.AddPerson();
        using var admin = new Visit(site.Web.Address) { Cookie = (await site.Web.SignInAsync(AccountRole.Admin)).Value };
        using var @operator = new Visit(site.Web.Address) { Cookie = (await site.Web.SignInAsync()).Value };
        var form = new Dictionary<string, string> { ["id"] = local.Id, ["subject"] = login };
        Assert.Equal(HttpStatusCode.Forbidden, (await @operator.PostAsync("/accounts?handler=Link", form, "/account")).Status);
        (await admin.GetAsync("/accounts")).Says(HttpStatusCode.OK, "action=\"/accounts?handler=Link\"");
        (await admin.PostAsync("/accounts?handler=Link", new() { ["id"] = local.Id, ["subject"] = " " }, "/accounts")).Says(HttpStatusCode.OK, "Enter the subject (sub)");

        (await admin.PostAsync("/accounts?handler=Link", form, "/accounts")).Leads("/accounts");

        using var visit = site.Visit();
        (await site.SignInAsync(visit, login)).Leads("/people");
        Assert.Equal(HttpStatusCode.OK, (await visit.GetAsync("/people")).Status);
        Assert.Equal((local.Id, null), ((await site.FindAsync(login))!.Id, (await site.FindAsync(login))!.PasswordHash));
        using var old = site.Visit();
        (await old.SignInAsync(local.UserName!, AccountSite.Password)).Says(HttpStatusCode.OK, "is wrong");
        (await admin.PostAsync("/accounts?handler=Unlink", new() { ["id"] = local.Id }, "/accounts")).Leads("/accounts");
        Assert.StartsWith("/sign-in", (await visit.GetAsync("/account")).Location, StringComparison.Ordinal);
        Assert.Equal(
            ["account.linked", "account.unlinked"],
            await site.DbAsync(db => db.AuditEntries.Where(entry => entry.SubjectId == Guid.Parse(local.Id) && entry.Action.Contains("linked")).Select(entry => entry.Action).Order().ToListAsync(Cancel)));
    }

    [Fact]
    public async Task Signing_out_at_the_provider_ends_that_session_or_all_and_every_copied_cookie()
    {
        var login = site.AddPerson();
        using var first = site.Visit();
        using var second = site.Visit();
        using var third = site.Visit();
        (await site.SignInAsync(first, login)).Leads("/people");
        var session = site.Provider.People[login].Session!;
        site.Provider.People[login] = site.Provider.People[login] with { Session = "another" };
        (await site.SignInAsync(second, login)).Leads("/people");
        (await site.SignInAsync(third, site.AddPerson())).Leads("/people");
        using var copy = new Visit(site.Web.Address) { Cookie = first.Cookie };

        Assert.Equal(HttpStatusCode.OK, await LogOutAsync(site.Provider.LogoutToken(token => token["sid"] = session)));

        Assert.Equal(HttpStatusCode.Unauthorized, (await copy.GetAsync("/api/cameras")).Status);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/account")).Status);

        Assert.Equal(HttpStatusCode.OK, await LogOutAsync(site.Provider.LogoutToken(token => token["sub"] = login)));

        Assert.StartsWith("/sign-in", (await second.GetAsync("/account")).Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await third.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task A_logout_ends_nothing_a_second_time()
    {
        var login = site.AddPerson();
        using var visit = site.Visit();
        (await site.SignInAsync(visit, login)).Leads("/people");
        var token = site.Provider.LogoutToken(token => token["sub"] = login);
        Assert.Equal(HttpStatusCode.OK, await LogOutAsync(token));
        Assert.StartsWith("/sign-in", (await visit.GetAsync("/account")).Location, StringComparison.Ordinal);
        (await site.SignInAsync(visit, login)).Leads("/people");

        Assert.Equal(HttpStatusCode.BadRequest, await LogOutAsync(token));

        Assert.Equal(HttpStatusCode.OK, (await visit.GetAsync("/account")).Status);
        var past = DateTime.UtcNow.AddMinutes(-1);
        await site.DbAsync(db => db.SpentLogoutTokens.ExecuteUpdateAsync(spent => spent.SetProperty(each => each.Until, past), Cancel));
        Assert.Equal(HttpStatusCode.OK, await LogOutAsync(site.Provider.LogoutToken(token => token["sub"] = login)));
        Assert.Equal(1, await site.DbAsync(db => db.SpentLogoutTokens.CountAsync(Cancel))); // what has expired is forgotten
    }

    [Fact]
    public async Task A_logout_that_the_provider_did_not_sign_for_us_ends_nothing()
    {
        var login = site.AddPerson();
        using var visit = site.Visit();
        (await site.SignInAsync(visit, login)).Leads("/people");
        await using var stranger = new OpenIdHost();
        await stranger.StartAsync();
        var good = site.Provider.LogoutToken(token => token["sub"] = login);
        string[] bad =
        [
            "", "x", "a.b.c", new string('x', 100_000), good[..^4] + "AAAA",
            stranger.LogoutToken(token => (token["sub"], token["iss"]) = (login, site.Provider.Address.ToString())),
            .. ((Action<System.Text.Json.Nodes.JsonObject>[])
            [
                token => token["aud"] = "another-client",
                token => token["iss"] = "https://evil.test/",
                token => token["exp"] = 1_700_000_000,
                token => token.Remove("exp"),
                token => token.Remove("iat"),
                token => token.Remove("jti"),
                token => token.Remove("events"),
                token => token["events"] = "http://schemas.openid.net/event/backchannel-logout",
                token => token["nonce"] = "n",
                token => token.Remove("sub"),
            ]).Select(change => site.Provider.LogoutToken(token =>
            {
                token["sub"] = login;
                change(token);
            })),
        ];

        foreach (var token in bad)
        {
            Assert.Equal(HttpStatusCode.BadRequest, await LogOutAsync(token));
        }

        Assert.Equal(HttpStatusCode.OK, (await visit.GetAsync("/account")).Status);
        Assert.Equal(HttpStatusCode.OK, await LogOutAsync(good));
    }

    [Fact]
    public async Task Signing_out_here_offers_to_sign_out_there()
    {
        using var visit = site.Visit();
        (await site.SignInAsync(visit, site.AddPerson())).Leads("/people");

        (await visit.PostAsync("/account", [])).Leads("/sign-in?state=signed_out");

        (await visit.GetAsync("/sign-in?state=signed_out")).Says(HttpStatusCode.OK, "Sign out of Example School as well");
        var there = (await visit.GetAsync("/sign-in?handler=AtProvider")).Location!;
        Assert.Equal(new Uri(site.Provider.Address, "/connect/logout"), new Uri(there.Split('?')[0]));
        Assert.Equal(new Uri(site.Web.Address, "/sign-in").ToString(), System.Web.HttpUtility.ParseQueryString(new Uri(there).Query)["post_logout_redirect_uri"]);
    }

    private async Task<HttpStatusCode> LogOutAsync(string token)
    {
        using var client = site.Web.Client();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["logout_token"] = token });
        using var answer = await client.PostAsync(new Uri(BackChannel, UriKind.Relative), form, Cancel);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        return answer.StatusCode;
    }
}
