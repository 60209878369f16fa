using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Attendance.Web.Privacy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.Privacy;

/// <summary>Tests what people are told, and what they see and ask for behind the link to their own data.</summary>
public sealed partial class PrivacyTests : IAsyncLifetime
{
    private readonly AttendanceSite _site = new(new Uri("http://127.0.0.1:1"),
        ("Accounts:AttemptsPerMinute", "1000"), ("Retention:Pictures", "90.00:00:00"), ("Privacy:Controller", "Example School, 1 Main Road"), ("Privacy:Contact", "privacy@example.org"),
        ("Privacy:Notice", "https://example.org/privacy"));

    private Visit _admin = null!, _operator = null!, _person = null!;
    private Guid _ada;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site.Web.StartServer();
        _ada = await _site.PersonAsync("Ada Lovelace", "A-17");
        await _site.DbAsync(async db =>
        {
            var person = await db.People.SingleAsync(Cancel);
            person.Consent = new Consent(_site.Clock.UtcNow, "2026-12", "test") { Giver = ConsentGiver.Person };
            db.Shots.Add(new Shot { PersonId = _ada, Pose = Pose.Front, TakenAt = _site.Clock.UtcNow, TakenBy = "test", CameraId = "demo", LeaseRef = "ref", Width = 10, Height = 10 });
            return await db.SaveChangesAsync(Cancel);
        });
        _admin = new Visit(_site.Web.Address) { Cookie = (await _site.Web.SignInAsync(AccountRole.Admin)).Value };
        _operator = new Visit(_site.Web.Address) { Cookie = (await _site.Web.SignInAsync()).Value };
        _person = new Visit(_site.Web.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        _operator.Dispose();
        _person.Dispose();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task The_public_page_says_what_is_kept_and_for_how_long_and_is_the_same_for_everybody()
    {
        var (visitor, admin) = (await _person.GetAsync("/privacy"), await _admin.GetAsync("/privacy"));

        Assert.All(
            ["Example School, 1 Main Road", "privacy@example.org", "https://example.org/privacy", "90 days after you were last seen", "I agree that pictures of my face", "works without an account for 7 days", "within 30 days",
                "is kept until somebody deletes it"],
            words => visitor.Says(HttpStatusCode.OK, words));
        Assert.Equal(visitor.Text, admin.Text);
        Assert.Equal("public, max-age=300", visitor.Response.Headers.CacheControl?.ToString());
        Assert.False(visitor.Response.Headers.Contains("Set-Cookie") || admin.Response.Headers.Contains("Set-Cookie"));
        (await _person.GetAsync("/sign-in")).Says(HttpStatusCode.OK, "href=\"/privacy\"");
    }

    [Fact]
    public async Task Behind_the_link_a_person_sees_downloads_and_withdraws()
    {
        await _site.SessionAsync(await _site.GroupAsync("Engines", _ada), TimeSpan.Zero);
        await _site.CheckInAsync(_ada, place: null);
        (await _person.GetAsync("/my-data")).Leads("/my-data/setup");
        (await OpenAsync("not one")).Says(HttpStatusCode.OK, "not valid");
        var code = await LinkAsync();
        (await OpenAsync(code)).Leads("/my-data");

        var shown = await _person.GetAsync("/my-data");
        Assert.All(["Ada Lovelace", "A-17", "Engines", "Lesson", "last seen at", "I agree that pictures", "/my-data?handler=Picture"], words => shown.Says(HttpStatusCode.OK, words));
        Assert.True(shown.Response.Headers.CacheControl!.NoStore);
        (await _person.GetAsync("/people")).Leads("/sign-in?return=%2Fpeople");
        Assert.StartsWith("/sign-in", (await _person.GetAsync($"/people/{_ada}")).Location, StringComparison.Ordinal);
        (await _person.GetAsync("/my-data?handler=Picture&pose=front")).Says(HttpStatusCode.NotFound, ""); // it has no picture in this test, only its data

        using (var form = new FormUrlEncodedContent([new("__RequestVerificationToken", SignIn.TokenIn((await _person.Client.GetStringAsync(new Uri("/my-data", UriKind.Relative), Cancel))))]))
        using (var zip = await _person.Client.PostAsync(new Uri("/my-data?handler=Download", UriKind.Relative), form, Cancel))
        {
            Assert.Equal("application/zip", zip.Content.Headers.ContentType?.MediaType);
            await using var archive = new ZipArchive(await zip.Content.ReadAsStreamAsync(Cancel));
            Assert.Equal(["attendance.json", "contacts.json", "person.json", "privacy.json"], archive.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
            using var reader = new StreamReader(await archive.GetEntry("privacy.json")!.OpenAsync(Cancel), Encoding.UTF8);
            Assert.Contains("\"opened_at\": \"2", await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        }

        (await _person.PostAsync("/my-data?handler=Withdraw", [], page: "/my-data")).Leads("/my-data");
        Assert.Equal(0, await _site.DbAsync(db => db.Shots.CountAsync(Cancel)));
        (await _person.GetAsync("/my-data")).Says(HttpStatusCode.OK, "You have given none");
        (await _operator.GetAsync($"/people/{_ada}/privacy")).Says(HttpStatusCode.OK, "the person, by a link</bdi></strong>: Consent withdrawn");
        Assert.Equal(
            ["privacy_link.made", "privacy_link.opened", "export.downloaded", "consent.withdrawn"],
            await _site.DbAsync(db => db.AuditEntries.Where(entry => entry.SubjectId == _ada).OrderBy(entry => entry.At).Select(entry => entry.Action).ToListAsync(Cancel)));
        Assert.DoesNotContain(_site.Web.Logs.GetSnapshot(), record => record.Message.Contains(code, StringComparison.OrdinalIgnoreCase) || record.Message.Contains("Lovelace", StringComparison.Ordinal));
        Assert.False(await _site.DbAsync(db => db.PrivacyLinks.AnyAsync(link => link.CodeHash == code, Cancel)));
    }

    [Fact]
    public async Task A_link_ends_by_another_one_by_its_revocation_and_by_its_time()
    {
        var first = await LinkAsync();
        var second = await LinkAsync();
        (await OpenAsync(first)).Says(HttpStatusCode.OK, "not valid");
        (await OpenAsync(second)).Leads("/my-data");
        Assert.Equal(HttpStatusCode.OK, (await _person.GetAsync("/my-data")).Status);

        (await _operator.PostAsync($"/people/{_ada}/privacy?handler=Revoke", [], page: $"/people/{_ada}/privacy")).Leads($"/people/{_ada}/privacy");
        (await _person.GetAsync("/my-data")).Leads("/my-data/setup");

        var third = await LinkAsync();
        (await OpenAsync(third)).Leads("/my-data");
        (await OpenAsync(third)).Leads("/my-data"); // it may be opened again
        _site.Clock.Ahead = TimeSpan.FromDays(7) + TimeSpan.FromMinutes(1);
        (await _person.GetAsync("/my-data")).Leads("/my-data/setup");
        (await OpenAsync(third)).Says(HttpStatusCode.OK, "not valid");
    }

    [Fact]
    public async Task A_request_is_refused_with_a_reason_and_asked_again_and_carried_out_once_nothing_is_held()
    {
        (await OpenAsync(await LinkAsync())).Leads("/my-data");
        (await _person.PostAsync("/my-data?handler=Ask", [], page: "/my-data")).Leads("/my-data");
        (await _person.PostAsync("/my-data?handler=Ask", [], page: "/my-data")).Leads("/my-data"); // twice is once
        var first = await RequestAsync();
        (await _admin.GetAsync("/privacy/requests")).Says(HttpStatusCode.OK, $"{_site.Clock.UtcNow.AddDays(30):yyyy-MM-dd}");
        Assert.Equal(HttpStatusCode.Forbidden, (await _operator.GetAsync("/privacy/requests")).Status);

        (await AnswerAsync("Refuse", first, ("Why.Reason", ""))).Says(HttpStatusCode.OK, "Enter the reason");
        (await AnswerAsync("Refuse", first, ("Why.Reason", "The year is not over"))).Leads("/privacy/requests");
        (await _person.GetAsync("/my-data")).Says(HttpStatusCode.OK, "It was refused on");
        (await _person.GetAsync("/my-data")).Says(HttpStatusCode.OK, "The year is not over");
        (await AnswerAsync("CarryOut", first)).Says(HttpStatusCode.OK, "answered or taken back meanwhile");

        (await _person.PostAsync("/my-data?handler=Ask", [], page: "/my-data")).Leads("/my-data");
        (await _person.PostAsync("/my-data?handler=TakeBack", [], page: "/my-data")).Leads("/my-data");
        Assert.Equal(0, (await _site.WithAsync<DeletionRequests, OpenRequests>(requests => requests.CountAsync(Cancel))).Open);
        (await _person.PostAsync("/my-data?handler=Ask", [], page: "/my-data")).Leads("/my-data");
        var second = await RequestAsync();

        Assert.Equal(HttpStatusCode.Forbidden, (await _operator.PostAsync($"/people/{_ada}/privacy?handler=Hold", new() { ["Why.Reason"] = "A dispute" }, page: $"/people/{_ada}/privacy")).Status);
        (await _admin.PostAsync($"/people/{_ada}/privacy?handler=Hold", new() { ["Why.Reason"] = "A dispute" }, page: $"/people/{_ada}/privacy")).Leads($"/people/{_ada}/privacy");
        (await AnswerAsync("CarryOut", second)).Says(HttpStatusCode.OK, "This person is held");
        (await _operator.PostAsync($"/people/{_ada}?handler=Delete", [], page: $"/people/{_ada}")).Says(HttpStatusCode.OK, "This person is held");
        (await _admin.PostAsync($"/people/{_ada}/privacy?handler=EndHold", new() { ["Why.Reason"] = "It is settled" }, page: $"/people/{_ada}/privacy")).Leads($"/people/{_ada}/privacy");

        Assert.Equal("Healthy", await HealthAsync());
        var late = _site.Clock.UtcNow.AddDays(-1);
        await _site.DbAsync(db => db.PrivacyRequests.Where(request => request.Id == second).ExecuteUpdateAsync(request => request.SetProperty(each => each.DueAt, late), Cancel));
        (await _admin.GetAsync("/privacy/requests")).Says(HttpStatusCode.OK, "Overdue");
        var watch = _site.Web.Services.GetRequiredService<RequestWatch>();
        await watch.LookAsync(Cancel);
        await watch.LookAsync(Cancel);
        Assert.Equal("Degraded", await HealthAsync());
        Assert.Single(_site.Web.Logs.GetSnapshot(), record => record.Level == LogLevel.Warning && record.Message.StartsWith("1 requests for deletion", StringComparison.Ordinal));

        (await AnswerAsync("CarryOut", second)).Leads("/privacy/requests?done=1");
        await watch.LookAsync(Cancel);
        Assert.Equal("Healthy", await HealthAsync());
        Assert.Equal((0, 0), (await _site.DbAsync(db => db.People.CountAsync(Cancel)), await _site.DbAsync(db => db.PrivacyRequests.CountAsync(Cancel))));
        var left = await _site.DbAsync(db => db.AuditEntries.Where(entry => entry.SubjectId == second || entry.SubjectId == _ada).SingleAsync(Cancel));
        Assert.Equal(("deletion.done", null), (left.Action, left.PersonId));
    }

    [Fact]
    public async Task A_guardian_consents_on_the_persons_page_and_the_list_shows_whose_consent_is_to_be_renewed()
    {
        var page = $"/people/{_ada}";
        (await _operator.PostAsync($"{page}?handler=Guardian", new() { ["until"] = "1815-12-10" }, page: page)).Says(HttpStatusCode.OK, "must be a day within the next 25 years");
        (await _operator.PostAsync($"{page}?handler=Guardian", new() { ["until"] = $"{_site.Clock.UtcNow.AddDays(100):yyyy-MM-dd}" }, page: page)).Leads(page);
        (await _operator.GetAsync(page)).Says(HttpStatusCode.OK, "A guardian must consent.");
        var search = await _operator.PostAsync("/people", new() { ["ToRenew"] = "true" });
        (await _operator.GetAsync(search.Location!)).Says(HttpStatusCode.OK, "Renew consent");

        (await _operator.PostAsync($"{page}?handler=Consent", new() { ["Agreed"] = "2026-12", ["GuardianName"] = "\u200b" }, page: page)).Says(HttpStatusCode.OK, "The guardian’s name needs a letter");
        (await _operator.PostAsync($"{page}?handler=Consent", new() { ["Agreed"] = "2026-12", ["GuardianName"] = "Annabella Milbanke" }, page: page)).Leads(page);
        (await _operator.GetAsync(page)).Says(HttpStatusCode.OK, "by a guardian (<bdi>Annabella Milbanke</bdi>)");
        (await _operator.GetAsync(search.Location!)).Says(HttpStatusCode.OK, "Nobody found");

        var born = await _operator.PostAsync("/people/new", new()
        {
            ["Form.FullName"] = "Minor", ["Form.Number"] = "M-1", ["GuardianUntil"] = $"{_site.Clock.UtcNow.AddDays(100):yyyy-MM-dd}", ["Agreed"] = "2026-12",
        });
        (await _operator.GetAsync(born.Location!)).Says(HttpStatusCode.OK, "A guardian has read this text and agrees"); // the minor's own is not recorded
    }

    private async Task<string?> HealthAsync()
    {
        var answer = await _person.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, answer.Status); // a platform must not take Web away for it
        return (string?)JsonNode.Parse(answer.Text)!["status"];
    }

    private async Task<string> LinkAsync()
    {
        var made = await _operator.PostAsync($"/people/{_ada}/privacy?handler=Make", [], page: $"/people/{_ada}/privacy");
        var link = Link().Match(made.Text);
        Assert.True(link.Success, made.Text);
        Assert.StartsWith(new Uri(_site.Web.Address, "/my-data/setup#").ToString(), link.Groups[1].Value, StringComparison.Ordinal);
        return link.Groups[1].Value.Split('#')[1];
    }

    private Task<Answer> OpenAsync(string code) => _person.PostAsync("/my-data/setup", new() { ["Code"] = code });

    private async Task<Guid> RequestAsync() => (await _site.WithAsync<DeletionRequests, List<OpenRequest>>(requests => requests.ListAsync(Cancel))).Single().Id;

    private Task<Answer> AnswerAsync(string how, Guid request, params (string Key, string Value)[] values) => _admin.PostAsync(
        $"/privacy/requests?handler={how}", values.Append(("id", $"{request}")).ToDictionary(each => each.Item1, each => each.Item2, StringComparer.Ordinal), page: $"/people/{_ada}/privacy");

    [GeneratedRegex("<code id=\"link\">([^<]+)</code>")]
    private static partial Regex Link();
}
