using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.Tests.Arrivals;
using Attendance.Tests.CheckIn;
using Attendance.Web.CheckIn.Codes;
using Attendance.Web.Data;
using Attendance.Web.Kiosks;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Kiosks;

/// <summary>Tests a kiosk from the administrator's page to the first check-in by code, with the requests that its device sends.</summary>
public sealed class KioskTests : IAsyncLifetime
{
    private readonly AttendanceSite _site = new(new Uri("http://127.0.0.1:1"), ("Accounts:AttemptsPerMinute", "1000"), ("CheckIn:WrongCodes", "3"));
    private HttpClient _admin = null!, _operator = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _admin = _site.Web.Client(await _site.Web.SignInAsync(AccountRole.Admin));
        _operator = _site.Web.Client(await _site.Web.SignInAsync(AccountRole.Operator));
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        _operator.Dispose();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task Only_administrators_make_kiosks()
    {
        using var refused = await _operator.GetAsync(new Uri("/kiosks", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task A_code_sets_up_one_device_once_and_not_after_its_time()
    {
        var code = await CodeAsync();
        using var device = Device();
        using var other = Device();

        await SetUpAsync(device, code.ToLowerInvariant().Insert(4, "-"));
        Assert.Equal("/kiosk/setup", (await PostAsync(other, "/kiosk/setup", new() { ["Code"] = code })).RequestMessage!.RequestUri!.AbsolutePath);
        using var screen = await device.GetAsync(new Uri("/kiosk", UriKind.Relative), Cancel);
        Assert.Contains("The door", await screen.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        var late = await CodeAsync();
        _site.Clock.Ahead += TimeSpan.FromMinutes(16);
        Assert.Contains("not valid", await (await PostAsync(other, "/kiosk/setup", new() { ["Code"] = late })).Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(0, await _site.DbAsync(db => db.Kiosks.CountAsync(kiosk => kiosk.SetupCodeHash == code || kiosk.SetupCodeHash == late, Cancel))); // hashed
    }

    [Theory]
    [InlineData("/people")]
    [InlineData("/attendance")]
    [InlineData("/kiosks")]
    [InlineData("/ops")]
    [InlineData("/api/cameras")]
    [InlineData("/api/camera/status")]
    [InlineData("/api/attendance/today/events")]
    public async Task A_kiosk_can_do_nothing_else(string path)
    {
        using var device = Device();
        await SetUpAsync(device, await CodeAsync());

        using var answer = await device.GetAsync(new Uri(path, UriKind.Relative), Cancel);

        Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized || answer.RequestMessage!.RequestUri!.AbsolutePath == "/sign-in", $"{answer.StatusCode} {answer.RequestMessage!.RequestUri}");
    }

    [Theory]
    [InlineData("", "demo", HttpStatusCode.Forbidden)]
    [InlineData("", "browser-0123456789abcdef0123456789abcdef-0123456789abcdef", HttpStatusCode.ServiceUnavailable)]
    [InlineData("door", "demo", HttpStatusCode.Forbidden)]
    [InlineData("door", "auto", HttpStatusCode.Forbidden)]
    [InlineData("door", "browser-0123456789abcdef0123456789abcdef-0123456789abcdef", HttpStatusCode.Forbidden)]
    [InlineData("door", "door", HttpStatusCode.ServiceUnavailable)] // camera-api is away here, and would be asked
    public async Task A_kiosk_borrows_its_own_camera_only(string own, string wanted, HttpStatusCode status)
    {
        using var device = Device();
        await SetUpAsync(device, await CodeAsync(own));

        using var answer = await device.PostAsJsonAsync("/api/leases", new { session_id = "camera_123456789_abc123", camera_id = wanted }, Cancel);

        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("browser-0123456789abcdef0123456789abcdef-0123456789abcdef")]
    [InlineData("not/one")]
    public async Task A_camera_that_is_none_of_the_server_is_refused_at_its_field(string camera)
    {
        using var page = await AddAsync(camera);

        Assert.Matches("data-valmsg-for=\"Form.CameraId\"[^>]*>The camera must be the id of a camera of the server", await page.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(0, await _site.DbAsync(db => db.Kiosks.CountAsync(Cancel)));
    }

    /// <summary>Earlier versions took it.</summary>
    [Fact]
    public async Task A_kiosk_that_has_whichever_camera_is_free_borrows_none_and_the_page_says_what_to_do()
    {
        var code = await CodeAsync("door");
        await _site.DbAsync(db => db.Kiosks.ExecuteUpdateAsync(kiosk => kiosk.SetProperty(each => each.CameraId, "auto"), Cancel));
        using var device = Device();
        await SetUpAsync(device, code);

        using var answer = await device.PostAsJsonAsync("/api/leases", new { session_id = "camera_123456789_abc123", camera_id = "auto" }, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        using var page = await _admin.GetAsync(new Uri("/kiosks", UriKind.Relative), Cancel);
        Assert.Contains("“auto” is no camera: revoke it, and add it again", WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync(Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_kiosk_and_one_whose_code_was_used_on_another_device_are_signed_out()
    {
        using var first = Device();
        using var second = Device();
        await SetUpAsync(first, await CodeAsync());
        var id = await _site.DbAsync(db => db.Kiosks.Select(kiosk => kiosk.Id).SingleAsync(Cancel));
        var again = await IssuedAsync(await PostAsync(_admin, "/kiosks?handler=Code", new() { ["id"] = id.ToString() }, "/kiosks"));
        Assert.Equal(HttpStatusCode.OK, (await StatusAsync(first)).StatusCode); // valid until the other device is set up

        await SetUpAsync(second, again);
        Assert.Equal(HttpStatusCode.Unauthorized, (await StatusAsync(first)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await StatusAsync(second)).StatusCode);

        (await PostAsync(_admin, "/kiosks?handler=Revoke", new() { ["id"] = id.ToString() }, "/kiosks")).Dispose();
        Assert.Equal(HttpStatusCode.Unauthorized, (await StatusAsync(second)).StatusCode);
        Assert.Equal(["kiosk.added", "kiosk.code_issued", "kiosk.revoked"], await _site.DbAsync(db => db.AuditEntries.OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync(Cancel)));
    }

    [Fact]
    public async Task A_person_checks_in_by_code_and_is_told_the_first_name_the_mark_and_the_time()
    {
        var (device, token, code) = await ReadyAsync();
        using var _ = device;

        var welcome = await EnterAsync(device, token, "a-1", code);

        Assert.Equal(("welcome", "Ada", "present", false), (
            welcome.GetProperty("state").GetString(), welcome.GetProperty("first_name").GetString(),
            welcome.GetProperty("marks")[0].GetProperty("mark").GetString(), welcome.GetProperty("is_repeat").GetBoolean()));
        Assert.True((await EnterAsync(device, token, "A-1", code)).GetProperty("is_repeat").GetBoolean());
        var stored = await _site.DbAsync(db => db.CheckIns.SingleAsync(Cancel));
        Assert.Equal(CheckInMethod.Code, stored.Method);
        Assert.Matches("^kiosk-[0-9a-f]{32}$", stored.KioskId);
        Assert.Equal("The door", stored.Place);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task An_invalid_number_is_refused_naming_the_field(string? number)
    {
        var (device, token, _) = await ReadyAsync();
        using var _1 = device;

        var answer = await PostAsync(device, token, "number", new { number });

        Assert.True(answer.GetProperty("errors").TryGetProperty("number", out _));
    }

    [Fact]
    public async Task A_number_is_answered_alike_whoever_has_it()
    {
        var (device, token, _) = await ReadyAsync();
        using var _1 = device;

        Assert.Equal(
            (await PostAsync(device, token, "number", new { number = "A-1" })).ToString(), (await PostAsync(device, token, "number", new { number = "nobody" })).ToString());
    }

    [Fact]
    public async Task Each_kiosk_may_try_numbers_and_codes_so_many_times_a_minute()
    {
        await using var site = new AttendanceSite(new Uri("http://127.0.0.1:1"), ("Kiosks:EntriesPerMinute", "3"));
        site.Web.StartServer();
        await using var first = await KioskOfAsync(site);
        await using var second = await KioskOfAsync(site);

        var asked = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            asked.Add(await first.SayNumberAsync("1", Cancel));
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], asked);
        Assert.Equal(HttpStatusCode.OK, await second.SayNumberAsync("1", Cancel)); // another kiosk at the same address has its own limit

        static async Task<SimulatedKiosk> KioskOfAsync(AttendanceSite site) => await SimulatedKiosk.StartAsync(
            site.Web.Address, (await site.WithAsync<KioskStore, (Kiosk, string Code)>(kiosks => kiosks.AddAsync(new KioskForm { Name = "Tablet", Place = "Door" }, "account", Cancel))).Code, Cancel);
    }

    [Fact]
    public async Task Wrong_codes_are_told_alike_and_lock_the_person()
    {
        var (device, token, code) = await ReadyAsync();
        using var _ = device;

        Assert.Equal("wrong_code", Code(await EnterAsync(device, token, "nobody", "000000")));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("wrong_code", Code(await EnterAsync(device, token, "A-1", "no")));
        }

        Assert.Equal("too_many", Code(await EnterAsync(device, token, "A-1", code)));
        _site.Clock.Ahead += TimeSpan.FromMinutes(16);
        Assert.NotEqual("too_many", Code(await EnterAsync(device, token, "A-1", code)));
    }

    [Fact]
    public async Task Nobody_but_a_kiosk_and_no_page_of_others_may_check_people_in()
    {
        var (device, token, code) = await ReadyAsync();
        using var _ = device;
        var body = new { event_id = Guid.NewGuid(), number = "A-1", code };

        using var anybody = await _site.Web.Client().PostAsJsonAsync("/api/kiosk/code", body, Cancel);
        using var forOperators = await _operator.PostAsJsonAsync("/api/kiosk/code", body, Cancel);
        using var withoutToken = await device.PostAsJsonAsync("/api/kiosk/code", body, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, anybody.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, forOperators.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, withoutToken.StatusCode);
        Assert.Equal("invalid_request", Code(await EnterAsync(device, token, "", code)));
        Assert.Equal(0, await _site.DbAsync(db => db.CheckIns.CountAsync(Cancel)));
    }

    /// <summary>Sets up a kiosk, and a person who is expected at its place now.</summary>
    private async Task<(HttpClient Device, string Token, string Code)> ReadyAsync()
    {
        var ada = await _site.PersonAsync("Ada Lovelace", "A-1");
        await _site.SessionAsync(await _site.GroupAsync("Engines", ada), TimeSpan.FromMinutes(5), place: "The door");
        var code = await _site.WithAsync<CodeStore, string?>(codes => codes.IssueCodeAsync(ada, AttendanceSite.Account, Cancel));
        var device = Device();
        await SetUpAsync(device, await CodeAsync());
        var screen = await device.GetStringAsync(new Uri("/kiosk", UriKind.Relative), Cancel);
        return (device, Regex.Match(screen, "name=\"request-token\" content=\"([^\"]+)\"").Groups[1].Value, code!);
    }

    private static Task<JsonElement> EnterAsync(HttpClient device, string token, string number, string code) =>
        PostAsync(device, token, "code", new { event_id = Guid.NewGuid(), number, code });

    private static async Task<JsonElement> PostAsync(HttpClient device, string token, string what, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/kiosk/{what}") { Content = JsonContent.Create(body) };
        request.Headers.Add("RequestVerificationToken", token);
        using var response = await device.SendAsync(request, Cancel);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }

    private static string? Code(JsonElement answer) => answer.TryGetProperty("code", out var code) ? code.GetString() : null;

    private static Task<HttpResponseMessage> StatusAsync(HttpClient device) => device.GetAsync(new Uri("/api/kiosk/status", UriKind.Relative), Cancel);

    /// <summary>A browser of its own.</summary>
    private HttpClient Device() => new(new HttpClientHandler { CookieContainer = new CookieContainer(), UseProxy = false }) { BaseAddress = _site.Web.Address };

    private static async Task SetUpAsync(HttpClient device, string code)
    {
        using var answer = await PostAsync(device, "/kiosk/setup", new() { ["Code"] = code });
        Assert.Equal("/kiosk", answer.RequestMessage!.RequestUri!.AbsolutePath);
    }

    private async Task<string> CodeAsync(string camera = "") => await IssuedAsync(await AddAsync(camera));

    private Task<HttpResponseMessage> AddAsync(string camera) => PostAsync(
        _admin, "/kiosks", new() { ["Form.Name"] = "Tablet", ["Form.Place"] = "The door", ["Form.CameraId"] = camera, ["Form.IsStaffed"] = "false" });

    private static async Task<string> IssuedAsync(HttpResponseMessage page)
    {
        using var _ = page;
        return Regex.Match(await page.Content.ReadAsStringAsync(Cancel), "id=\"setup-code\">([A-Z2-9]{8})<").Groups[1].Value;
    }

    /// <summary>Sends a form as the browser does that has loaded its page.</summary>
    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, Dictionary<string, string> values, string? page = null)
    {
        using var shown = await client.GetAsync(new Uri(page ?? path, UriKind.Relative), Cancel);
        var token = Regex.Match(await shown.Content.ReadAsStringAsync(Cancel), "name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"").Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new FormUrlEncodedContent([.. values, new("__RequestVerificationToken", token)]),
        };
        if (shown.Headers.TryGetValues("Set-Cookie", out var set) && client.DefaultRequestHeaders.Contains("Cookie"))
        {
            // A client that carries its sign-in in a header of its own keeps no cookies.
            request.Headers.Add("Cookie", string.Join("; ", [.. client.DefaultRequestHeaders.GetValues("Cookie"), .. set.Select(cookie => cookie.Split(';')[0])]));
        }

        return await client.SendAsync(request, Cancel);
    }
}
