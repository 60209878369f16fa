using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Accounts.OpenId;

/// <summary>Tests what is left while the provider is away, and what cannot be configured.</summary>
public sealed class OpenIdAwayTests
{
    private const string Section = "OpenIdConnect:";
    private static readonly Uri s_nowhere = new("http://127.0.0.1:1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_provider_is_away_passwords_work_and_once_it_is_back_it_works_too()
    {
        await using var site = new OpenIdSite();
        await site.InitializeAsync();
        await site.Provider.StopAsync();
        await using var web = site.NewWeb();
        var account = await AccountSite.AddAsync(web);
        site.Provider.Client = web.Address;
        using var visit = new Visit(web.Address);

        var away = await visit.GetAsync("/sign-in?handler=OpenId&return=%2Fpeople");

        away.Leads("/sign-in?problem=provider_away&return=%2Fpeople");
        (await visit.GetAsync(away.Location!)).Says(HttpStatusCode.OK, "Example School does not answer now.");
        Assert.DoesNotContain(web.Logs.GetSnapshot(), record => record.Exception is not null);
        using (var local = new Visit(web.Address))
        {
            (await local.SignInAsync(account.UserName!, AccountSite.Password)).Leads("/");
            local.Client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
            (await local.GetAsync("/account?handler=Link")).Leads("/account?problem=provider_away");
        }

        await site.Provider.StartAsync();
        string? challenge = null;
        await Eventually.TrueAsync(
            async () => (challenge = (await visit.GetAsync("/sign-in?handler=OpenId&return=%2Fpeople")).Location)!.StartsWith("http", StringComparison.Ordinal), "the provider is asked again");
        var back = await site.Provider.LogInAsync(challenge!, site.AddPerson());
        await site.Provider.StopAsync(); // and away again, before the code is exchanged

        (await visit.GetAsync(back.PathAndQuery)).Leads("/sign-in?problem=provider_away");
        Assert.Null(visit.Cookie);
    }

    [Fact]
    public async Task Where_the_provider_is_the_only_way_in_the_first_administrator_still_has_a_password()
    {
        await using var site = new OpenIdSite();
        await site.InitializeAsync();
        await using var web = site.NewWeb(
            ("OpenIdConnect:OnlyWay", "true"), ("Accounts:FirstAdmin:UserName", "Chief"), ("Accounts:FirstAdmin:Password", AccountSite.Password));
        var local = await AccountSite.AddAsync(web, AccountRole.Admin);
        using var visit = new Visit(web.Address);

        var page = await visit.GetAsync("/sign-in");

        page.Says(HttpStatusCode.OK, "Sign in with Example School");
        Assert.DoesNotContain("type=\"password\"", page.Text, StringComparison.Ordinal);
        (await visit.SignInAsync(local.UserName!, AccountSite.Password, "/sign-in?with=password")).Says(HttpStatusCode.OK, "is wrong");
        Assert.Null(visit.Cookie);
        (await visit.SignInAsync("chief", AccountSite.Password, "/sign-in?with=password")).Leads("/account/password?return=%2F");
    }

    [Fact]
    public async Task A_secret_that_the_provider_refuses_is_said_to_be_a_matter_of_configuration()
    {
        await using var site = new OpenIdSite();
        await site.InitializeAsync();
        await using var web = site.NewWeb(("OpenIdConnect:ClientSecret", "not-the-secret"));
        web.StartServer();
        site.Provider.Client = web.Address;
        using var visit = new Visit(web.Address);

        (await site.SignInAsync(visit, site.AddPerson())).Leads("/sign-in?problem=misconfigured");

        Assert.Contains(web.Logs.GetSnapshot(), record => record.Message.Contains("the provider says invalid_client", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Authority", "http://id.example.org")]
    [InlineData("Authority", "http://127.0.0.1:5000")] // not in production
    [InlineData("Authority", "id.example.org")]
    [InlineData("Authority", "https://user:hush@id.example.org")]
    [InlineData("ClientId", "")]
    [InlineData("Name", "")]
    [InlineData("Scopes", "profile", ":0")]
    [InlineData("AdminValues", "admins", ":0")]
    [InlineData("RoleClaim", "roles")]
    [InlineData("RequireRole", "true")]
    [InlineData("RefreshAfter", "00:00:01")]
    [InlineData("RefreshAfter", "soon")]
    [InlineData("Secret", "x")]
    public async Task A_setting_that_cannot_be_used_stops_the_start_and_is_named(string key, string value, string at = "")
    {
        await using var web = new WebServer(s_nowhere, (Section + "Authority", "https://id.example.org"), (Section + "ClientId", "attendance"), (Section + key + at, value));

        var error = Assert.Throws<OptionsValidationException>(web.StartServer);

        Assert.Contains(Section + key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_provider_there_is_no_button_and_no_endpoint()
    {
        await using var web = new WebServer(s_nowhere);
        using var client = web.Client();

        Assert.DoesNotContain("Sign in with", await client.GetStringAsync(new Uri("/sign-in", UriKind.Relative), Cancel), StringComparison.Ordinal);
        using var answer = await client.GetAsync(new Uri("/sign-in?handler=OpenId", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.DoesNotContain(MappedEndpoints.Of(web), endpoint => endpoint.RoutePattern.RawText!.Contains("oidc", StringComparison.Ordinal));
    }
}
