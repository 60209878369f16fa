using System.Net;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Languages;

/// <summary>
/// Shows every page in a language in which each text that can be translated is in brackets. What is left over is written into a page for good. People,
/// groups and places are digits here, so that what is left over is no name.
/// </summary>
public sealed partial class PseudoLanguageTests : IAsyncLifetime
{
    /// <summary>Words that are the same in each language.</summary>
    private static readonly string[] s_same = ["Attendance", "English", "Deutsch", "UTC", "JPEG", "ID", "Europe/Vienna", "Admin", "Operator"];

    private WebServer _web = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _web = new WebServer(new Uri("http://127.0.0.1:1"), ("environment", "Development"), ("People:Consent:Text", "1"), ("People:Consent:Version", "1"));
        _client = _web.Client(await _web.SignInAsync(AccountRole.Admin));
        _client.DefaultRequestHeaders.Add("Accept-Language", "qps-ploc");
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

    [Fact]
    public async Task No_page_has_a_text_that_cannot_be_translated()
    {
        var addresses = await AddressesAsync();
        var left = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var address in addresses)
        {
            using var response = await _client.GetAsync(new Uri(address, UriKind.Relative), Cancel);
            if (response.Content.Headers.ContentType?.MediaType == "text/html")
            {
                Assert.Contains("⟦", WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Cancel)), StringComparison.Ordinal);
                left.UnionWith(TextsOf(await response.Content.ReadAsStringAsync(Cancel)).Select(text => $"{Pattern(address)}: {text}"));
            }
        }

        Assert.True(left.Count == 0, string.Join('\n', left));
    }

    /// <summary>Every page, with the ids of what is there.</summary>
    private async Task<IReadOnlyList<string>> AddressesAsync()
    {
        await using var scope = _web.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var person = await TestPeople.AddAsync(services, "1", "1", "1", consent: true, [Pose.Front], Cancel);
        var group = (await services.GetRequiredService<GroupStore>().AddAsync("1", "1", Cancel)).Group!;
        await services.GetRequiredService<GroupStore>().AddMemberAsync(group.Id, person, "1", Cancel);
        var now = DateTime.UtcNow;
        var session = (await services.GetRequiredService<AttendanceSessionStore>().AddAsync(
            new("1", [group.Id], DateOnly.FromDateTime(now), TimeOnly.FromDateTime(now), TimeSpan.FromHours(1), "UTC", "1"), "1", Cancel))!;
        return
        [
            .. MappedEndpoints.Of(_web).Where(endpoint => MappedEndpoints.MethodsOf(endpoint) is null)
                .SelectMany(endpoint => (Guid[])[person, group.Id, session.Id], (endpoint, id) => MappedEndpoints.AddressOf(endpoint).Replace(MappedEndpoints.SomeId, id.ToString(), StringComparison.Ordinal)).Distinct(StringComparer.Ordinal),
        ];
    }

    private static string Pattern(string address) => Id().Replace(address, "…");

    private static IEnumerable<string> TextsOf(string html)
    {
        html = NoText().Replace(html.Replace("&#x27E6;", "⟦", StringComparison.Ordinal).Replace("&#x27E7;", "⟧", StringComparison.Ordinal), "");
        for (var before = ""; before != html;)
        {
            (before, html) = (html, Translated().Replace(html, ""));
        }

        return Node().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups["text"].Value).Trim())
            .Where(text => s_same.Aggregate(text, (rest, word) => rest.Replace(word, "", StringComparison.Ordinal)).Any(char.IsLetter) && !OfAccount().IsMatch(text));
    }

    [GeneratedRegex("⟦[^⟦⟧]*⟧", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Translated();

    [GeneratedRegex("<script.*?</script>|<!--.*?-->|<option[^>]*>[A-Za-z_]+/[A-Za-z_/-]+</option>", RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex NoText();

    [GeneratedRegex("""(aria-label|alt|placeholder|title)="(?<text>[^"]*)"|>(?<text>[^<>]+)<""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Node();

    /// <summary>The name of the account that asks.</summary>
    [GeneratedRegex("^Admin-[0-9a-f]{32}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfAccount();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id();
}
