using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Attendance.Tests.Accounts;
using Attendance.Tests.Enrollment;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Web.Data;
using Attendance.Web.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.People;

/// <summary>Tests names and numbers in many scripts and spellings, on every database that Web may have.</summary>
public abstract partial class PeopleSuite : IAsyncLifetime
{
    private WebServer _web = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected WebServer Web => _web;

    public async ValueTask InitializeAsync()
    {
        _web = new WebServer(new Uri("http://127.0.0.1:1"), await SettingsAsync()) { Adjust = AccountSite.Adjust };
        var signIn = await _web.SignInAsync(AccountRole.Admin);
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = _web.Address };
        _client.DefaultRequestHeaders.Add("Cookie", signIn.Header);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("\u200b")]
    [InlineData("\u2800")]
    [InlineData("\u3164")]
    public async Task A_name_that_nobody_sees_is_refused(string name)
    {
        Assert.Contains("needs a letter or a digit", await AddAsync(name, "A-1"), StringComparison.Ordinal);
        Assert.Contains("needs a letter or a digit", await AddAsync("Ada", "A-1", name), StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync());
    }

    [Theory]
    [InlineData("José Núñez", "Jose\u0301 Nun\u0303ez")]
    [InlineData("José Núñez", "jose nunez")]
    [InlineData("Jose\u0301\u3000Nu\u0301n\u0303ez", "josé\u00a0núñez")]
    [InlineData("Łukasz Straße", "LUKASZ\u3000STRASSE")]
    public async Task A_person_is_found_however_the_name_was_typed(string name, string words)
    {
        await AddAsync(name, "A-1");

        Assert.Contains("1 person found", await SearchAsync(words), StringComparison.Ordinal);
        Assert.Contains("Nobody found", await SearchAsync(words + "x"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A17", "Ａ１７")]
    [InlineData("A17", "a١٧")]
    public async Task A_number_that_is_written_in_another_way_is_taken(string first, string second)
    {
        await AddAsync("Ada", first);

        Assert.Contains("has this number already", await AddAsync("Bob", second, keep: true), StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync());
    }

    [Theory]
    [InlineData("А17")] // Cyrillic: looks like the one that there is
    [InlineData("AВ99")] // the second letter is Cyrillic
    public async Task A_number_that_misleads_is_asked_about(string number)
    {
        await AddAsync("Ada", "A17");

        Assert.Contains("Keep this number as it is", await AddAsync("Bob", number), StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync());
        await AddAsync("Bob", number, keep: true);
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Who_was_stored_by_an_earlier_version_is_found_and_keeps_the_number_apart()
    {
        await AddAsync("José Núñez", "Ａ１７");
        await using (var scope = _web.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
            await db.People.ExecuteUpdateAsync(
                person => person.SetProperty(each => each.SortKey, "josé núñez ａ１７ ").SetProperty(each => each.NumberKey, "Ａ１７").SetProperty(each => each.FoldVersion, 0), Cancel);
        }

        await using (var scope = _web.Services.CreateAsyncScope())
        {
            await new Refolding(_web.Services.GetRequiredService<IServiceScopeFactory>(), _web.Services.GetRequiredService<ILogger<Refolding>>()).StartAsync(Cancel);
        }

        Assert.Contains("1 person found", await SearchAsync("jose nunez a17"), StringComparison.Ordinal);
        Assert.Contains("has this number already", await AddAsync("Ada", "a17"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_has_an_address_that_shows_no_name()
    {
        await AddAsync("Ada Lovelace", "A-1");

        using var found = await PostAsync("/people", new() { ["Words"] = "Lovelace", ["Group"] = "" });
        var address = found.Headers.Location!.ToString();

        Assert.Equal(HttpStatusCode.Redirect, found.StatusCode);
        Assert.StartsWith("/people?search=", address, StringComparison.Ordinal);
        Assert.DoesNotContain("lovelace", address, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("1 person found", await GetAsync(address), StringComparison.Ordinal);
        Assert.Contains("1 person<", await GetAsync("/people?search=garbage"), StringComparison.Ordinal); // all of them
    }

    [Theory]
    [InlineData("/people", "Words")]
    [InlineData("/people", "Group")]
    [InlineData("/people/new", "Form.Group")]
    [InlineData("/accounts?handler=Reset", "id")]
    [InlineData("/accounts?handler=Delete", "id")]
    public async Task A_NUL_character_in_a_form_is_a_bad_request(string path, string field)
    {
        _web.Logs.Clear();
        using var form = new MultipartFormDataContent
        {
            { new StringContent(SignIn.TokenIn(await GetAsync("/people/new"))), "__RequestVerificationToken" }, { new StringContent("a\0b"), field },
        };

        using var refused = await _client.PostAsync(new Uri(path, UriKind.Relative), form, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.DoesNotContain(_web.Logs.GetSnapshot(), record => record.Level >= LogLevel.Error);
    }

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    private protected async Task<string> AddAsync(string name, string number, string group = "", bool keep = false)
    {
        using var added = await PostAsync("/people/new", new()
        {
            ["Form.FullName"] = name, ["Form.Number"] = number, ["Form.Group"] = group, ["Form.KeepNumber"] = keep ? "true" : "false",
        });
        return WebUtility.HtmlDecode(await added.Content.ReadAsStringAsync(Cancel));
    }

    private protected Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> values, string? page = null) =>
        SignIn.PostFormAsync(_client, path, values, Cancel, page);

    private protected async Task<string> GetAsync(string path) => WebUtility.HtmlDecode(await _client.GetStringAsync(new Uri(path, UriKind.Relative), Cancel));

    private async Task<string> SearchAsync(string words)
    {
        using var found = await PostAsync("/people", new() { ["Words"] = words });
        return Spaces().Replace(await GetAsync(found.Headers.Location!.ToString()), " ");
    }

    private async Task<int> CountAsync()
    {
        await using var scope = _web.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AttendanceDb>().People.CountAsync(Cancel);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}

public sealed class PeopleOnSqliteTests : PeopleSuite
{
    [Fact]
    public async Task A_deleted_accounts_name_is_in_no_file_any_more()
    {
        const string name = "radia.perlman.of.the.spanning.tree";
        using var added = await PostAsync("/accounts?handler=Add", new() { ["UserName"] = name }, page: "/accounts");
        var page = await GetAsync("/accounts");
        var id = Regex.Match(page[page.IndexOf(name, StringComparison.Ordinal)..], "name=\"id\" value=\"([^\"]+)\"").Groups[1].Value;
        Assert.True(Traces.AreIn(Web.DataFolder, Encoding.UTF8.GetBytes(name)));

        using var deleted = await PostAsync("/accounts?handler=Delete", new() { ["id"] = id }, page: "/accounts");

        Assert.Equal(HttpStatusCode.Redirect, deleted.StatusCode);
        Assert.False(Traces.AreIn(Web.DataFolder, Encoding.UTF8.GetBytes(name)));
        Assert.False(Traces.AreIn(Web.DataFolder, Encoding.UTF8.GetBytes(name.ToUpperInvariant())));
    }

    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);
}

public sealed class PeopleOnPostgresTests(PostgresServer postgres) : PeopleSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}
