using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Xunit;

namespace Attendance.Tests.Languages;

/// <summary>
/// Shows every page in a language that puts each translatable text into brackets. Text outside brackets cannot be translated. People, groups and
/// places are named by digits, so no name counts as such text.
/// </summary>
public sealed partial class PseudoLanguageTests : IAsyncLifetime
{
    private const string Language = "qps-ploc";

    /// <summary>Words that are the same in each language, the id of a camera, and the days of the week, which the language's own file has.</summary>
    private static readonly string[] s_same =
    [
        "Attendance", "English", "Deutsch", "UTC", "JPEG", "ID", "Europe/Vienna", "Admin", "Operator", "demo",
        .. CultureInfo.GetCultureInfo(Language).DateTimeFormat.DayNames,
    ];

    /// <summary>Forms that are refused without a value, or that show something once.</summary>
    private static readonly string[] s_forms =
    [
        "/groups", "/kiosks", "/doors", "/rights", "/schedules/new", "/schedules/new?handler=Preview", "/schedules/sessions/new", "/schedules/periods?handler=Close",
        "/schedules/periods?handler=Open", "/schedules/holidays?handler=Import", "/attendance/doubts", "/kiosk/setup", "/phone/setup", "/my-code/setup", "/people/{person}/codes?handler=IssueCode",
        "/people/{person}/codes?handler=IssueQr", "/people/{person}/codes?handler=IssuePhone", "/attendance/{session}/people/{person}", "/schedules/sessions/{session}?handler=Move",
        "/groups/{group}?handler=Delete", "/people/new", "/people/{person}/edit", "/people/{person}?handler=Consent", "/accounts?handler=Add", "/account/password",
    ];

    private WebServer _web = null!;
    private Visit _visit = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _web = new WebServer(new Uri("http://127.0.0.1:1"), ("environment", "Development"), ("People:Consent:Text", "1"), ("People:Consent:Version", "1"));
        var admin = await _web.SignInAsync(AccountRole.Admin);
        _visit = NewVisit();
        _visit.Cookie = admin.Value;
    }

    public async ValueTask DisposeAsync()
    {
        _visit?.Dispose();
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }
    }

    [Fact]
    public async Task No_page_has_a_text_that_cannot_be_translated()
    {
        var shown = await ShownThings.AddAsync(_web, Cancel);
        var left = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var address in AddressesWith(shown))
        {
            using var response = await _visit.Client.GetAsync(new Uri(address, UriKind.Relative), Cancel);
            await LookAsync(response, address, left);
        }

        foreach (var (setup, page, code) in shown.Devices)
        {
            using var device = NewVisit();
            (await device.PostAsync(setup, new() { ["Code"] = code })).Leads(page);
            using var response = await device.Client.GetAsync(new Uri(page, UriKind.Relative), Cancel);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{page}: {response.StatusCode}");
            await LookAsync(response, page, left);
        }

        foreach (var form in s_forms.Select(shown.Fill))
        {
            using var response = await SignIn.PostFormAsync(_visit.Client, form, [], Cancel, page: form.Split('?')[0]);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{form}: {response.StatusCode}");
            await LookAsync(response, form, left);
        }

        Assert.True(left.Count == 0, string.Join('\n', left));
    }

    /// <summary>Every page, with the ids of what is there.</summary>
    private IEnumerable<string> AddressesWith(ShownThings shown) => MappedEndpoints.Of(_web).Where(endpoint => MappedEndpoints.MethodsOf(endpoint) is null)
        .SelectMany(_ => shown.Ids, (endpoint, id) => MappedEndpoints.AddressOf(endpoint).Replace(MappedEndpoints.SomeId, id.ToString(), StringComparison.Ordinal))
        .Append(shown.Fill("/attendance/{session}/people/{person}")).Distinct(StringComparer.Ordinal);

    private Visit NewVisit()
    {
        var visit = new Visit(_web.Address);
        visit.Client.DefaultRequestHeaders.Add("Accept-Language", Language);
        return visit;
    }

    private static async Task LookAsync(HttpResponseMessage response, string address, SortedSet<string> left)
    {
        if (response.Content.Headers.ContentType?.MediaType == "text/html")
        {
            var html = await response.Content.ReadAsStringAsync(Cancel);
            Assert.Contains("⟦", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
            left.UnionWith(TextsOf(html).Select(text => $"{Id().Replace(address, "…")}: {text}"));
        }
    }

    private static IEnumerable<string> TextsOf(string html)
    {
        html = NoText().Replace(html.Replace("&#x27E6;", "⟦", StringComparison.Ordinal).Replace("&#x27E7;", "⟧", StringComparison.Ordinal), "");
        for (var before = ""; before != html;)
        {
            (before, html) = (html, Translated().Replace(html, ""));
        }

        return Node().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups["text"].Value).Trim())
            .Where(text => s_same.Aggregate(OfAccount().Replace(text, ""), (rest, word) => rest.Replace(word, "", StringComparison.Ordinal)).Any(char.IsLetter));
    }

    [GeneratedRegex("⟦[^⟦⟧]*⟧", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Translated();

    /// <summary>Scripts and styles, what a page says not to translate (such as names of calls and what people type as it is), and the names of time zones.</summary>
    [GeneratedRegex("""<(?<tag>script|svg|code|kbd)\b.*?</\k<tag>>|<(?<other>[a-z]+)[^<>]* translate="no".*?</\k<other>>|<!--.*?-->|<option[^>]*>[A-Za-z_]+/[A-Za-z_/-]+</option>""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex NoText();

    [GeneratedRegex("""(aria-label|alt|placeholder|title)="(?<text>[^"]*)"|>(?<text>[^<>]+)<""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Node();

    /// <summary>The name of the account that asks.</summary>
    [GeneratedRegex("Admin-[0-9a-f]{32}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfAccount();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id();
}
