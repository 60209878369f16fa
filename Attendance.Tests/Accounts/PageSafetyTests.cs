using System.Net;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.CheckIn.Phones;
using Attendance.Web.Data;
using Attendance.Web.Import;
using Attendance.Web.Import.Roster;
using Attendance.Web.Kiosks;
using Attendance.Web.Privacy;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>Tests what every page must have in common, including pages that are added later.</summary>
public sealed class PageSafetyTests : WebTest
{
    /// <summary>These pages show no name of a person or of another account, so a browser may keep them to go back to.</summary>
    private static readonly string[] s_mayBeKept = ["/", "/cameras/browser", "/cameras/demo", "/demo/camera-module", "/privacy"];

    [Fact]
    public async Task Every_page_says_what_a_browser_may_do_and_has_nothing_inline()
    {
        using var admin = await AdminAsync();
        var added = await admin.PostAsync("/people/new", new() { ["Form.FullName"] = "Ada Lovelace", ["Form.Number"] = "E-17", ["Agreed"] = "2026-12" });
        var person = added.Location!.Split('/')[2];
        var (group, schedule, session) = await PlanAsync(Guid.Parse(person));
        var import = await ImportAsync();
        using var kiosk = await KioskAsync();
        using var phone = await PhoneAsync(Guid.Parse(person));
        using var subject = await SubjectAsync(Guid.Parse(person));
        var pages = Web.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!
                .Replace("people/{id:guid}", $"people/{person}", StringComparison.Ordinal)
                .Replace("{personId:guid}", person, StringComparison.Ordinal)
                .Replace("groups/{id:guid}", $"groups/{group}", StringComparison.Ordinal)
                .Replace("schedules/{id:guid}", $"schedules/{schedule}", StringComparison.Ordinal)
                .Replace("import/{id:guid}", $"import/{import}", StringComparison.Ordinal)
                .Replace("{id:guid}", $"{session}", StringComparison.Ordinal)
                .Replace("{status:int}", "404", StringComparison.Ordinal)
                .Replace("{id:name}", "demo", StringComparison.Ordinal)
                .TrimStart('/'))
            .Where(page => page != "/language") // shows nothing: it only changes the language
            .Distinct().ToList();
        Assert.Superset(new HashSet<string> { "/", "/people", $"/people/{person}", "/people/new", "/accounts", "/account", "/account/password", "/sign-in" }, pages.ToHashSet());

        using var visitor = new Visit(Web.Address);
        foreach (var page in pages)
        {
            using var lent = page == "/phone" ? await PairedPhoneAsync(admin) : null; // the pairing ends 5 s after its page was heard of last
            var shown = await (page == "/sign-in" ? visitor : page == "/kiosk" ? kiosk : page == "/my-code" ? phone : page == "/my-data" ? subject : lent ?? admin).GetAsync(page);
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
    public async Task The_answer_to_a_form_is_not_cached()
    {
        using var visit = new Visit(Web.Address);
        var refused = await visit.SignInAsync("nobody", "not the password");
        using var admin = await AdminAsync();
        var added = await admin.PostAsync("/accounts?handler=Add", new() { ["UserName"] = $"new.{Guid.NewGuid():N}" }, page: "/accounts");

        Assert.All([refused, added], answer => Assert.True(answer.Response.Headers.CacheControl!.NoStore));
    }

    /// <summary>Adds a group with this person, and a schedule and a session for the group.</summary>
    private async Task<(Guid Group, Guid Schedule, Guid Session)> PlanAsync(Guid person)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        var groups = scope.ServiceProvider.GetRequiredService<GroupStore>();
        var (_, group) = await groups.AddAsync("Class", "account", Cancel);
        Assert.True(await groups.AddMemberAsync(group!.Id, person, "account", Cancel));
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var schedule = new Schedule
        {
            Name = "Class", Recurrence = Recurrence.Weekly(Recurrence.Week, 1, null), FirstDay = today, StartsAt = new TimeOnly(12, 0), Duration = TimeSpan.FromHours(1),
            Zone = "UTC", Rules = new CheckInOptions().Rules(), CreatedAt = DateTime.UtcNow,
        };
        Assert.Equal(ScheduleOutcome.Saved, await scope.ServiceProvider.GetRequiredService<ScheduleStore>().AddAsync(schedule, [group.Id], "account", Cancel));
        var session = await scope.ServiceProvider.GetRequiredService<AttendanceSessionStore>().AddAsync(
            new SingleSession("Single", [group.Id], today.AddDays(1), new TimeOnly(9, 0), TimeSpan.FromHours(1), "UTC", null), "account", Cancel);
        return (group.Id, schedule.Id, session!.Id);
    }

    /// <summary>Adds an import of people whose columns are still to be named.</summary>
    private async Task<Guid> ImportAsync()
    {
        await using var scope = Web.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ImportStore>().AddAsync(
            ImportKind.People, ImportState.Draft, "Number,Name\n1,Ada\n"u8.ToArray(), new RosterSettings { Delimiter = ',', Columns = RosterColumns.Guess(["Number", "Name"]) }.ToJson(), "account", Cancel);
    }

    private async Task<Visit> KioskAsync()
    {
        await using var scope = Web.Services.CreateAsyncScope();
        var (_, code) = await scope.ServiceProvider.GetRequiredService<KioskStore>().AddAsync(new KioskForm { Name = "Tablet", Place = "Door" }, "account", Cancel);
        var device = new Visit(Web.Address);
        (await device.PostAsync("/kiosk/setup", new() { ["Code"] = code })).Leads("/kiosk");
        return device;
    }

    private async Task<Visit> PhoneAsync(Guid person)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        var issued = Assert.IsType<PhoneIssue.Issued>(await scope.ServiceProvider.GetRequiredService<PhoneStore>().IssueAsync(person, "account", Cancel));
        var device = new Visit(Web.Address);
        (await device.PostAsync("/my-code/setup", new() { ["Code"] = issued.Code })).Leads("/my-code");
        return device;
    }

    private async Task<Visit> SubjectAsync(Guid person)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        var code = await scope.ServiceProvider.GetRequiredService<PrivacyLinks>().MakeAsync(person, "account", Cancel);
        var device = new Visit(Web.Address);
        (await device.PostAsync("/my-data/setup", new() { ["Code"] = code! })).Leads("/my-data");
        return device;
    }

    private async Task<Visit> PairedPhoneAsync(Visit by)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/phone-pairings");
        request.Headers.Add("RequestVerificationToken", Text(await by.GetAsync("/api/phone-pairings/token"), "request_token"));
        using var response = await by.Client.SendAsync(request, Cancel);
        var device = new Visit(Web.Address);
        (await device.PostAsync("/phone/setup", new() { ["Code"] = Text(await Answer.OfAsync(response), "code") })).Leads("/phone");
        return device;

        static string Text(Answer answer, string name) => JsonDocument.Parse(answer.Text).RootElement.GetProperty(name).GetString()!;
    }

    private async Task<Visit> AdminAsync() => new(Web.Address) { Cookie = (await Web.SignInAsync(AccountRole.Admin)).Value };
}
