using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>What every page has in common, those that are added later among them.</summary>
public sealed class PageSafetyTests : WebTest
{
    /// <summary>No name of a person or of somebody else's account is on these, and a browser may keep them to go back to.</summary>
    private static readonly string[] s_mayBeKept = ["/", "/cameras/browser", "/cameras/demo", "/demo/camera-module"];

    [Fact]
    public async Task Every_page_says_what_a_browser_may_do_and_has_nothing_inline()
    {
        using var admin = await AdminAsync();
        var added = await admin.PostAsync("/people/new", new() { ["Form.FullName"] = "Ada Lovelace", ["Form.Number"] = "E-17", ["Agreed"] = "2026-11" });
        var person = added.Location!.Split('/')[2];
        var pages = Web.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!
                .Replace("{id:guid}", person, StringComparison.Ordinal)
                .Replace("{status:int}", "404", StringComparison.Ordinal)
                .Replace("{id:name}", "demo", StringComparison.Ordinal)
                .TrimStart('/'))
            .Distinct().ToList();
        Assert.Superset(new HashSet<string> { "/", "/people", $"/people/{person}", "/people/new", "/accounts", "/account", "/account/password", "/sign-in" }, pages.ToHashSet());

        using var visitor = new Visit(Web.Address);
        foreach (var page in pages)
        {
            var shown = await (page == "/sign-in" ? visitor : admin).GetAsync(page);
            Assert.True(shown.Status == (page.StartsWith("/trouble", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.OK), $"{page}: {shown.Status}");
            Assert.Equal(
                "default-src 'self'; connect-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
                + (page.EndsWith("/capture", StringComparison.Ordinal) ? "; script-src 'self' 'wasm-unsafe-eval'" : ""),
                shown.Response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("nosniff", shown.Response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("same-origin", shown.Response.Headers.GetValues("Referrer-Policy").Single());
            Assert.Equal("same-origin", shown.Response.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
            Assert.False(shown.Response.Headers.Contains("X-Powered-By") || shown.Response.Headers.Contains("Server"));
            Assert.True(
                (shown.Response.Headers.CacheControl?.NoStore ?? false) != s_mayBeKept.Contains(page), $"{page}: {shown.Response.Headers.CacheControl}");
            Assert.DoesNotContain("<style", shown.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch(@"<[^>]*\s(style|on\w+)\s*=", shown.Text);
            Assert.DoesNotMatch(@"<script(?![^>]*\ssrc=""/)", shown.Text);
            Assert.DoesNotMatch(@"(src|href|action)=""((https?:)?//|javascript:)", shown.Text);
        }
    }

    [Fact]
    public async Task What_answers_a_form_is_not_kept_either()
    {
        using var visit = new Visit(Web.Address);
        var refused = await visit.SignInAsync("nobody", "not the password");
        using var admin = await AdminAsync();
        var added = await admin.PostAsync("/accounts?handler=Add", new() { ["UserName"] = $"new.{Guid.NewGuid():N}" }, page: "/accounts");

        Assert.All([refused, added], answer => Assert.True(answer.Response.Headers.CacheControl!.NoStore));
    }

    private async Task<Visit> AdminAsync() => new(Web.Address) { Cookie = (await Web.SignInAsync(AccountRole.Admin)).Value };
}
