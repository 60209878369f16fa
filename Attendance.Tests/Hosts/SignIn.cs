using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Attendance.Tests.Hosts;

/// <summary>The cookie of somebody who has signed in, for whatever it is needed.</summary>
internal sealed partial record SignIn(string Value)
{
    public const string CookieName = "attendance";

    public string Header => $"{CookieName}={Value}";

    /// <summary>Signs in at the page, as a person does; whoever must choose another password first, chooses that.</summary>
    public static async Task<SignIn> AtAsync(Uri web, string userName, string password, string newPassword, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        using var client = new HttpClient(handler) { BaseAddress = web };
        using var signedIn = await PostFormAsync(client, "/sign-in", new() { ["UserName"] = userName, ["Password"] = password }, cancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        if (signedIn.Headers.Location!.ToString().StartsWith("/account/password", StringComparison.Ordinal))
        {
            using var changed = await PostFormAsync(
                client, "/account/password", new() { ["Current"] = password, ["New"] = newPassword, ["Again"] = newPassword }, cancellationToken);
            Assert.Equal(HttpStatusCode.Redirect, changed.StatusCode);
        }

        return new(handler.CookieContainer.GetCookies(web)[CookieName]!.Value);
    }

    /// <summary>Loads a page's form and sends it with these values, the token of the page among them.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(
        HttpClient client, string path, Dictionary<string, string> values, CancellationToken cancellationToken, string? page = null)
    {
        var form = await client.GetStringAsync(new Uri(page ?? path, UriKind.Relative), cancellationToken);
        using var content = new FormUrlEncodedContent(new Dictionary<string, string>(values) { ["__RequestVerificationToken"] = TokenIn(form) });
        return await client.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
    }

    public static string TokenIn(string page)
    {
        var token = Token().Match(page);
        Assert.True(token.Success, "The page has no form with a token.");
        return token.Groups[1].Value;
    }

    public Task GiveToAsync(IBrowserContext window, params Uri[] sites) =>
        window.AddCookiesAsync(sites.Select(site => new Microsoft.Playwright.Cookie { Name = CookieName, Value = Value, Url = site.GetLeftPart(UriPartial.Authority) }));

    internal Task GiveToAsync(ChromiumProcess browser, params Uri[] sites) => browser.SendAsync("Storage.setCookies", new()
    {
        ["cookies"] = new JsonArray([.. sites.Select(site => new JsonObject
        {
            ["name"] = CookieName, ["value"] = Value, ["url"] = site.GetLeftPart(UriPartial.Authority),
        })]),
    });

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
