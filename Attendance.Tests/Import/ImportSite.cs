using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Web.Data;
using Attendance.Web.Import;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Attendance.Tests.Import;

/// <summary>One Web for the tests of a class, and what an administrator does at its import pages.</summary>
public abstract partial class ImportSite : IAsyncLifetime
{
    private WebServer _web = null!;
    private HttpClient _client = null!;

    internal WebServer Web => _web;

    internal HttpClient Client => _client;

    /// <summary>Why the database cannot run here; null if it runs.</summary>
    internal virtual string? Missing => null;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        _web = new WebServer(new Uri("http://127.0.0.1:1"), [.. await SettingsAsync(), ("Import:LookEvery", "00:00:00.2"), ("Import:LargestFile", "1000000")]);
        var signIn = await _web.SignInAsync(AccountRole.Admin);
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = _web.Address };
        _client.DefaultRequestHeaders.Add("Cookie", signIn.Header);
    }

    public virtual async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The connection string of the database. Null with SQLite.</summary>
    internal string? PostgresDatabase { get; private protected set; }

    internal abstract Task<(string Key, string? Value)[]> SettingsAsync();

    /// <summary>Leaves out what works on imports, so that a test decides what is done when.</summary>
    internal static void WithoutWorker(IServiceCollection services) =>
        services.Remove(services.Single(each => each.ServiceType == typeof(IHostedService) && each.ImplementationType == typeof(ImportWorker)));

    internal Task<T> DbAsync<T>(Func<AttendanceDb, Task<T>> read) => DbAsync(_web, read);

    internal static async Task<T> DbAsync<T>(WebServer web, Func<AttendanceDb, Task<T>> read)
    {
        await using var scope = web.Services.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<AttendanceDb>());
    }

    internal async Task<string> GetAsync(string path) => WebUtility.HtmlDecode(await _client.GetStringAsync(new Uri(path, UriKind.Relative), Cancel));

    /// <summary>Sends files at a page.</summary>
    /// <returns>Where the page leads to, or null with what it says.</returns>
    internal async Task<(string? Location, string Text)> UploadAsync(string path, string field, IEnumerable<(string Name, byte[] Content)> files, params (string Key, string Value)[] values)
    {
        var token = SignIn.TokenIn(await _client.GetStringAsync(new Uri(path, UriKind.Relative), Cancel));
        using var form = new MultipartFormDataContent { { new StringContent(token), "__RequestVerificationToken" } };
        foreach (var (key, value) in values)
        {
            form.Add(new StringContent(value), key);
        }

        foreach (var (name, content) in files)
        {
            var part = new ByteArrayContent(content);
            part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(part, field, name);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = form };
        request.Headers.ExpectContinue = true; // so that what is refused is not sent
        using var answer = await _client.SendAsync(request, Cancel);
        return (answer.Headers.Location?.ToString(), WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel)));
    }

    /// <summary>Uploads a file of people, keeps what the page has guessed except for these values, and waits for the dry run.</summary>
    /// <returns>The import.</returns>
    internal async Task<Guid> CheckAsync(byte[] csv, params (string Key, string Value)[] changed)
    {
        var (location, text) = await UploadAsync("/import/people", "file", [("people.csv", csv)]);
        Assert.True(location is not null, text);
        var form = Chosen(await GetAsync(location));
        foreach (var (key, value) in changed)
        {
            form[key] = value;
        }

        using var checking = await PostAsync($"{location}?handler=Check", form, location);
        Assert.Equal(HttpStatusCode.Redirect, checking.StatusCode);
        var id = Guid.Parse(location.Split('/')[2]);
        await UntilAsync(id, "waiting");
        return id;
    }

    /// <summary>Reads what the page of the columns has chosen.</summary>
    internal static Dictionary<string, string> Chosen(string page)
    {
        var form = Select().Matches(page).ToDictionary(each => each.Groups["name"].Value, each => Option().Match(each.Groups["options"].Value) is { Success: true } option ? option.Groups[1].Value : "");
        form["Whole"] = "No";
        return form;
    }

    internal Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> values, string page) => SignIn.PostFormAsync(_client, path, values, Cancel, page);

    internal async Task ConfirmAsync(Guid id, int leaving = 0)
    {
        using var confirmed = await PostAsync($"/import/{id}?handler=Confirm", new() { ["leaving"] = $"{leaving}", ["mayLeave"] = leaving > 0 ? "true" : "false" }, $"/import/{id}");
        Assert.Equal(HttpStatusCode.Redirect, confirmed.StatusCode);
        await UntilAsync(id, "done");
    }

    internal async Task UntilAsync(Guid id, string state)
    {
        var found = "";
        await Eventually.TrueAsync(async () => (found = await StateAsync(id)) == state, TimeSpan.FromSeconds(60), $"the import is {state}", () => $"It is {found}.");
    }

    internal async Task<string> StateAsync(Guid id) => (string)(await _client.GetFromJsonAsync<JsonObject>(new Uri($"/api/imports/{id}", UriKind.Relative), Cancel))!["state"]!;

    /// <summary>What an import has come to: how many are new, changed, unchanged, leaving and refused.</summary>
    internal Task<(int New, int Changed, int Unchanged, int Leaving, int Refused)> CountsAsync(Guid id) => DbAsync(async db =>
    {
        var run = await db.ImportRuns.SingleAsync(each => each.Id == id, Cancel);
        return (run.New, run.Changed, run.Unchanged, run.Leaving, run.Refused);
    });

    /// <summary>The list of an import as a person reads it.</summary>
    internal async Task<string> ListAsync(Guid id, string verdict) => Spaces().Replace(Tags().Replace(await GetAsync($"/import/{id}?show={verdict}"), " "), " ");

    [GeneratedRegex("<select[^>]* name=\"(?<name>[^\"]+)\"[^>]*>(?<options>.*?)</select>", RegexOptions.Singleline)]
    private static partial Regex Select();

    [GeneratedRegex("value=\"([^\"]*)\"[^>]*selected")]
    private static partial Regex Option();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}

public sealed class ImportOnSqlite : ImportSite
{
    internal override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);
}

public sealed class ImportOnPostgres : ImportSite
{
    private readonly PostgresServer _postgres = new();

    internal override string? Missing => _postgres.Missing;

    public override async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        if (Missing is null)
        {
            await base.InitializeAsync();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _postgres.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", PostgresDatabase = await _postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}
