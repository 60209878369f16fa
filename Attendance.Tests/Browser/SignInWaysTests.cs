using Attendance.Tests.Accounts;
using Attendance.Tests.Accounts.OpenId;
using Attendance.Tests.Hosts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Signs in at a provider and by passkeys, in a browser with a virtual authenticator (WebAuthn's test extension).</summary>
[Trait("Suite", "Browser")]
public sealed class SignInWaysTests(ChromiumBrowser chromium, OpenIdSite site) : IClassFixture<OpenIdSite>
{
    private const string ShowPasskey =
        "async options => JSON.stringify((await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options)) })).toJSON())";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Somebody_signs_in_at_the_provider_is_what_it_says_and_signs_out_of_both()
    {
        var login = site.AddPerson("grace.hopper", [OpenIdSite.Admins]);
        await using var window = await chromium.NewContextAsync(null, Cancel);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(site.Web.Address, "/people").ToString());
        await Axe.FindsNothingInAnyViewAsync(page, "signing in with a provider", isKept: true);

        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Example School" }).ClickAsync();
        await page.GetByLabel("Login").FillAsync(login);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Uri(site.Web.Address, "/people").ToString());
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Administration" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "grace.hopper" }).ClickAsync();
        await Expect(page.GetByText("by the sign-in of your organization")).ToBeVisibleAsync();
        await page.GotoAsync(new Uri(site.Web.Address, "/accounts").ToString());
        await Axe.FindsNothingInAnyViewAsync(page, "accounts of a provider", isKept: true);
        await page.GotoAsync(new Uri(site.Web.Address, "/account").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign out of Example School as well" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(site.Web.Address, "/sign-in").ToString());
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Administration" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_passkey_signs_in_where_it_was_made_until_it_is_removed()
    {
        var account = await AccountSite.AddAsync(site.Web);
        var web = new Uri($"http://localhost:{site.Web.Address.Port}"); // a passkey belongs to a name, not to a number address
        await using var window = await chromium.NewContextAsync(null, Cancel);
        var page = await window.NewPageAsync();
        await AddAuthenticatorAsync(page);
        await page.AddInitScriptAsync("if (!sessionStorage.getItem('offer')) PublicKeyCredential.isConditionalMediationAvailable = async () => false;");
        await (await site.Web.SignInAsync(account)).GiveToAsync(window, web);
        await page.GotoAsync(new Uri(web, "/account").ToString());
        await page.GetByLabel("Name of the new passkey").FillAsync("My phone");

        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();

        await Expect(page.GetByText("not used yet")).ToBeVisibleAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "an account with a passkey", isKept: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(web, "/").ToString());

        // Where the browser offers passkeys in the form, the one that somebody chooses there is enough. This device chooses at once.
        await page.EvaluateAsync("sessionStorage.setItem('offer', 'yes')");
        await page.GotoAsync(new Uri(web, "/account").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(web, "/").ToString());
        await page.GotoAsync(new Uri(web, "/account").ToString());
        await Expect(page.GetByText("by passkey")).ToBeVisibleAsync();
        await Expect(page.GetByText("not used yet")).ToHaveCountAsync(0);
        Assert.True(await site.DbAsync(db => db.UserPasskeys.AnyAsync(each => each.UserId == account.Id && each.UsedAt != null, Cancel)));

        await CheckOriginsAsync(page, web);

        await page.GotoAsync(new Uri(web, "/account").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove My phone" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Remove My phone" })).ToHaveCountAsync(0);
        using var removed = new Visit(web);
        (await AnswerAsync(removed, page)).Says(System.Net.HttpStatusCode.OK, "This passkey does not sign anybody in here");
        Assert.Null(removed.Cookie);
    }

    /// <summary>The same device answers the same question on a page of another origin, which has the same host and another port.</summary>
    private async Task CheckOriginsAsync(IPage page, Uri web)
    {
        using var own = new Visit(web);
        (await AnswerAsync(own, page)).Leads("/");
        using var foreign = new Visit(web);
        await page.GotoAsync($"http://localhost:{site.Provider.Address.Port}/connect/authorize");
        (await AnswerAsync(foreign, page)).Says(System.Net.HttpStatusCode.OK, "This passkey does not sign anybody in here");
        Assert.Null(foreign.Cookie);
    }

    /// <summary>Lets the page in the browser answer the question that Web asked another visitor.</summary>
    private static async Task<Answer> AnswerAsync(Visit visit, IPage page)
    {
        var question = await visit.Client.GetStringAsync(new Uri("/sign-in?handler=PasskeyOptions", UriKind.Relative), Cancel);
        var answer = await page.EvaluateAsync<string>(ShowPasskey, question);
        return await visit.PostAsync("/sign-in?handler=Passkey", new() { ["credential"] = answer }, "/sign-in");
    }

    /// <summary>Gives the page a device that holds passkeys, and answers at once when it is asked.</summary>
    private static async Task AddAuthenticatorAsync(IPage page)
    {
        var device = await page.Context.NewCDPSessionAsync(page);
        await device.SendAsync("WebAuthn.enable");
        await device.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }
}
