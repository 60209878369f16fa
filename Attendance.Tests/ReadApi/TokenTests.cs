using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Enrollment;
using Attendance.Web.Data;
using Attendance.Web.ReadApi;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.ReadApi;

/// <summary>Tests what a token opens, and for how long.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private readonly ReadApiSite _site = new(("ReadApi:RequestsPerMinute", "40"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_token_opens_what_its_scopes_say_and_nothing_else_until_it_is_revoked()
    {
        await _site.Site.PersonAsync("Ada Lovelace", "A-1");
        var token = await _site.TokenAsync("30", "people:read");
        using var program = _site.Program(token);

        Assert.Equal("Ada Lovelace", Assert.Single((await ReadApiSite.GetAsync(program, "/api/v1/people")).GetProperty("items").EnumerateArray()).GetProperty("full_name").GetString());
        using var missing = await program.GetAsync(new Uri("/api/v1/groups", UriKind.Relative), Cancel);
        var problem = await ProblemAsync(missing, HttpStatusCode.Forbidden, "scope_missing");
        Assert.Equal("groups:read", problem.GetProperty("scope").GetString());
        Assert.Contains("scope=\"groups:read\"", missing.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        using var nowhere = await program.GetAsync(new Uri("/api/v1/nothing", UriKind.Relative), Cancel);
        await ProblemAsync(nowhere, HttpStatusCode.NotFound, "not_found");

        foreach (var other in (string[])["/people", "/api-tokens", "/accounts", "/"])
        {
            using var sent = await program.GetAsync(new Uri(other, UriKind.Relative), Cancel);
            Assert.StartsWith("/sign-in", sent.Headers.Location?.ToString(), StringComparison.Ordinal);
        }

        foreach (var other in (string[])["/api/cameras", "/api/attendance/today/events"])
        {
            using var refused = await program.GetAsync(new Uri(other, UriKind.Relative), Cancel);
            await ProblemAsync(refused, HttpStatusCode.Unauthorized, "sign_in_required");
        }

        var kept = await _site.Site.DbAsync(db => db.ApiTokens.SingleAsync(Cancel));
        Assert.Equal(0, kept.LastUsedAt!.Value.Minute + kept.LastUsedAt.Value.Second);
        Assert.False(Traces.AreIn(_site.Site.Web.DataFolder, Encoding.ASCII.GetBytes(token)));
        Assert.DoesNotContain(_site.Site.Web.Logs.GetSnapshot(), record => record.Message.Contains("att_", StringComparison.Ordinal));

        // Another replica has the same database, and refuses it at once as well.
        await using var replica = new WebServer(new Uri("http://127.0.0.1:1"), ("Data:Folder", _site.Site.Web.DataFolder));
        using var elsewhere = replica.Client();
        elsewhere.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await ReadApiSite.GetAsync(elsewhere, "/api/v1/people");
        using var admin = await _site.AdminAsync();
        (await admin.PostAsync("/api-tokens?handler=Revoke", new() { ["id"] = $"{kept.Id}" }, "/api-tokens")).Leads("/api-tokens");
        foreach (var client in (HttpClient[])[program, elsewhere])
        {
            using var refused = await client.GetAsync(new Uri("/api/v1/people", UriKind.Relative), Cancel);
            await ProblemAsync(refused, HttpStatusCode.Unauthorized, "token_required");
            Assert.Contains("invalid_token", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(["api_token.added", "api_token.revoked"], await _site.Site.DbAsync(db => db.AuditEntries.Where(entry => entry.SubjectId == kept.Id).OrderBy(entry => entry.At).Select(entry => entry.Action).ToListAsync(Cancel)));
    }

    [Fact]
    public async Task A_cookie_an_expired_token_and_one_that_was_copied_badly_open_nothing()
    {
        using var admin = _site.Site.Web.Client(await _site.Site.Web.SignInAsync(AccountRole.Admin));
        using var byCookie = await admin.GetAsync(new Uri("/api/v1/people", UriKind.Relative), Cancel);
        await ProblemAsync(byCookie, HttpStatusCode.Unauthorized, "token_required");
        Assert.Equal("Bearer realm=\"Attendance\"", byCookie.Headers.WwwAuthenticate.ToString());

        var token = await _site.TokenAsync("30");
        using var program = _site.Program(token);
        using var bad = _site.Program(token[..^1] + (token[^1] == 'a' ? 'b' : 'a'));
        using var misread = await bad.GetAsync(new Uri("/api/v1/people", UriKind.Relative), Cancel);
        await ProblemAsync(misread, HttpStatusCode.Unauthorized, "token_required");
        await ReadApiSite.GetAsync(program, "/api/v1/people");

        _site.Site.Clock.Ahead = TimeSpan.FromDays(31);
        using var late = await program.GetAsync(new Uri("/api/v1/people", UriKind.Relative), Cancel);
        await ProblemAsync(late, HttpStatusCode.Unauthorized, "token_required");
    }

    [Fact]
    public async Task A_token_that_asks_too_often_waits_and_others_do_not()
    {
        using var eager = _site.Program(await _site.TokenAsync());
        using var other = _site.Program(await _site.TokenAsync());
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 90; i++) // more than two minutes may take, should one end meanwhile
        {
            using var response = await eager.GetAsync(new Uri("/api/v1/groups", UriKind.Relative), Cancel);
            statuses.Add(response.StatusCode);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.NotNull(response.Headers.RetryAfter);
                await ProblemAsync(response, HttpStatusCode.TooManyRequests, "too_many");
                break;
            }
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
        await ReadApiSite.GetAsync(other, "/api/v1/groups");
    }

    [Fact]
    public async Task Only_administrators_make_tokens_and_a_form_without_scopes_is_refused()
    {
        using var other = _site.Site.Web.Client(await _site.Site.Web.SignInAsync());
        foreach (var page in (string[])["/api-tokens", "/webhooks"])
        {
            using var refused = await other.GetAsync(new Uri(page, UriKind.Relative), Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using var admin = await _site.AdminAsync();
        var text = (await admin.PostAsync("/api-tokens", new() { ["Form.Name"] = "\u200b", ["Form.Expiry"] = "31" })).Text;
        Assert.All(["Choose at least one", "needs a letter or a digit", "Choose when it expires"], words => Assert.Contains(words, text, StringComparison.Ordinal));
        Assert.Equal(0, await _site.Site.DbAsync(db => db.ApiTokens.CountAsync(Cancel)));
    }

    [Fact]
    public void A_token_has_a_form_that_scanners_find_and_a_checksum()
    {
        var token = ApiTokenFormat.New();

        Assert.Matches("^att_[0-9A-Za-z]{46}$", token);
        Assert.True(ApiTokenFormat.IsWhole(token));
        Assert.NotEqual(token, ApiTokenFormat.New());
        Assert.All(Enumerable.Range(4, 46), at => Assert.False(ApiTokenFormat.IsWhole(token[..at] + (token[at] == 'x' ? 'y' : 'x') + token[(at + 1)..])));
        Assert.All(["", "att_", token[1..], token + "0", token.ToUpperInvariant(), new string('é', 50)], other => Assert.False(ApiTokenFormat.IsWhole(other)));
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem;
    }
}
