using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Xunit;

namespace Attendance.Tests.ReadApi;

/// <summary>A Web with people, and programs that read from it with tokens of the administrators' page.</summary>
internal sealed partial class ReadApiSite(params (string Key, string? Value)[] settings) : IAsyncDisposable
{
    public static readonly string[] AllScopes = ["people:read", "groups:read", "sessions:read", "checkins:read", "marks:read"];

    public AttendanceSite Site { get; } = new(new Uri("http://127.0.0.1:1"), settings);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Makes a token at the page, as an administrator does.</summary>
    public async Task<string> TokenAsync(string expiry = "90", params string[] scopes)
    {
        using var admin = await AdminAsync();
        var form = (await admin.GetAsync("/api-tokens")).Text;
        using var sent = new FormUrlEncodedContent(
        [
            new("Form.Name", "Payroll"), new("Form.Expiry", expiry), new("__RequestVerificationToken", SignIn.TokenIn(form)),
            .. (scopes.Length > 0 ? scopes : AllScopes).Select(scope => KeyValuePair.Create("Form.Scopes", scope)),
        ]);
        using var made = await admin.Client.PostAsync(new Uri("/api-tokens", UriKind.Relative), sent, Cancel);
        var token = Shown().Match(await made.Content.ReadAsStringAsync(Cancel)).Groups[1].Value;
        Assert.NotEmpty(token);
        return token;
    }

    /// <summary>Returns a browser in which an administrator is signed in. The caller disposes of it.</summary>
    public async Task<Visit> AdminAsync()
    {
        var signIn = await Site.Web.SignInAsync(AccountRole.Admin);
        return new Visit(Site.Web.Address) { Cookie = signIn.Value };
    }

    public HttpClient Program(string token)
    {
        var program = Site.Web.Client();
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return program;
    }

    public static async Task<JsonElement> GetAsync(HttpClient program, string address)
    {
        using var response = await program.GetAsync(new Uri(address, UriKind.Relative), Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{address}: {response.StatusCode} {await response.Content.ReadAsStringAsync(Cancel)}");
        return await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }

    /// <summary>Reads pages until there is nothing more.</summary>
    /// <returns>The items, and the cursor that asks for changes.</returns>
    public static async Task<(IReadOnlyList<JsonElement> Items, string Cursor)> RunAsync(HttpClient program, string list, string query, Func<int, Task>? between = null)
    {
        var (items, limit) = (new List<JsonElement>(), Regex.Match(query, @"limit=\d+").Value);
        for (var (pages, next) = (1, $"/api/v1/{list}?{query}"); ; pages++)
        {
            var page = await GetAsync(program, next);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            var cursor = page.GetProperty("next_cursor").GetString()!;
            if (!page.GetProperty("has_more").GetBoolean())
            {
                return (items, cursor);
            }

            await (between?.Invoke(pages) ?? Task.CompletedTask);
            next = $"/api/v1/{list}?cursor={cursor}&{limit}";
        }
    }

    public ValueTask DisposeAsync() => Site.DisposeAsync();

    [GeneratedRegex("id=\"token\">([^<]+)<")]
    private static partial Regex Shown();
}
