using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Attendance.Web.People;
using Attendance.Web.Privacy;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Enrollment;

/// <summary>Tests the pages and endpoints for people and their pictures, on every database that Web may have.</summary>
public abstract partial class EnrollmentSuite : IAsyncLifetime
{
    private const string Session = "camera_123456789_abc123";
    private const string Name = "Ada Lovelace-Byron";

    private RealCameraApi _api = null!;
    private WebServer _web = null!;
    private HttpClient _client = null!;
    private string _token = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected WebServer Web => _web;

    public async ValueTask InitializeAsync()
    {
        var settings = await SettingsAsync();
        _api = await CameraApis.BorrowAsync(Cancel);
        _web = new WebServer(_api.Address, settings);
        var signIn = await _web.SignInAsync();
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

        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_person_is_added_found_changed_and_deleted()
    {
        var id = await AddAsync(Name, "E-17", "Engines");

        Assert.Contains(Name, await GetAsync("/people"), StringComparison.Ordinal);
        Assert.Contains(Name, await SearchAsync("LOVELACE 17"), StringComparison.Ordinal);
        Assert.DoesNotContain(Name, await SearchAsync("lovelace 18"), StringComparison.Ordinal);
        Assert.DoesNotContain(Name, await SearchAsync("", "Looms"), StringComparison.Ordinal);

        using var changed = await PostAsync($"/people/{id}/edit", new()
        {
            ["Form.FullName"] = "Ada Lovelace", ["Form.Number"] = "e-17", ["Form.Group"] = "Looms", ["Form.Stamp"] = await StampAsync(id),
        });
        Assert.Equal(HttpStatusCode.Redirect, changed.StatusCode);
        Assert.Contains("Ada Lovelace<", await SearchAsync("", "Looms"), StringComparison.Ordinal);

        using var deleted = await PostAsync($"/people/{id}?handler=Delete", [], page: $"/people/{id}");
        Assert.Equal("/people", deleted.Headers.Location?.ToString());
        Assert.DoesNotContain("Ada", await GetAsync("/people"), StringComparison.Ordinal);
        using var gone = await _client.GetAsync(new Uri($"/people/{id}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_number_belongs_to_one_person_however_it_is_written()
    {
        await AddAsync("First", "A-1");

        using var second = await PostAsync("/people/new", new() { ["Form.FullName"] = "Second", ["Form.Number"] = "a-1" });

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Contains("Somebody else has this number already.", await second.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync(db => db.People));
    }

    [Fact]
    public async Task Of_two_who_add_the_same_number_at_once_one_is_told()
    {
        await GetAsync("/people/new"); // sets the cookie that all forms use
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            PostAsync("/people/new", new() { ["Form.FullName"] = $"Person {i}", ["Form.Number"] = "B-1" })));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Redirect);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.OK, $"{answer.StatusCode}"));
        Assert.Equal(1, await CountAsync(db => db.People));
    }

    [Fact]
    public async Task Who_edits_what_somebody_else_has_changed_is_told_and_overwrites_nothing()
    {
        var id = await AddAsync(Name, "C-1");
        var stamp = await StampAsync(id);
        using var first = await PostAsync($"/people/{id}/edit", Edit("Changed first"));

        using var second = await PostAsync($"/people/{id}/edit", Edit("Changed second"));

        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        Assert.Contains("Somebody else has changed this person", await second.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Contains("Changed first", await GetAsync("/people"), StringComparison.Ordinal);

        Dictionary<string, string> Edit(string name) => new() { ["Form.FullName"] = name, ["Form.Number"] = "C-1", ["Form.Stamp"] = stamp };
    }

    [Theory]
    [InlineData("", "1", "Enter the full name.")]
    [InlineData("Ada", "", "Enter the employee or student number.")]
    [InlineData("Ada", "no spaces", "The number may have")]
    [InlineData("Ada", "123456789012345678901234567890123", "The number may have")]
    [InlineData("A\u0007da", "1", "cannot be written")]
    public async Task An_invalid_name_or_number_is_refused_with_an_explanation(string name, string number, string words)
    {
        using var refused = await PostAsync("/people/new", new() { ["Form.FullName"] = name, ["Form.Number"] = number });

        Assert.Contains(words, WebUtility.HtmlDecode(await refused.Content.ReadAsStringAsync(Cancel)), StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync(db => db.People));
    }

    [Fact]
    public async Task A_name_is_shown_as_it_is_and_runs_nothing()
    {
        await AddAsync("<script>alert(1)</script> & \"Söns\" 李", "D-1");

        var page = await GetAsync("/people");

        Assert.DoesNotContain("<script>alert(1)", page, StringComparison.Ordinal);
        Assert.Contains("<script>alert(1)</script> & \"Söns\" 李", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.Contains("李", WebUtility.HtmlDecode(await SearchAsync("söNS 李")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_list_is_shown_in_pages()
    {
        for (var i = 0; i < 23; i++)
        {
            await AddAsync($"Person {i:00}", $"P-{i}");
        }

        var second = await ListAsync(new() { ["Number"] = "2" });
        var beyond = await ListAsync(new() { ["Number"] = "99", ["Words"] = "person" });

        Assert.Contains("Page 1 of 2", await GetAsync("/people"), StringComparison.Ordinal);
        Assert.Contains("Page 2 of 2", second, StringComparison.Ordinal);
        Assert.Equal(["Person 20", "Person 21", "Person 22"], PersonName().Matches(second).Select(match => match.Value));
        Assert.Contains("Page 2 of 2", beyond, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consent_is_kept_with_its_time_and_the_text_that_was_agreed_to()
    {
        var id = await AddAsync(Name, "E-1", consent: false);
        Assert.Contains("Record consent", await GetAsync($"/people/{id}"), StringComparison.Ordinal);

        using var unread = await PostAsync($"/people/{id}?handler=Consent", new() { ["Agreed"] = "1999-01" }, page: $"/people/{id}");
        using var given = await PostAsync($"/people/{id}?handler=Consent", new() { ["Agreed"] = "2026-12" }, page: $"/people/{id}");

        Assert.Contains("The text has changed meanwhile", await unread.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, given.StatusCode);
        var consent = await QueryAsync(db => db.People.AsNoTracking().Select(person => person.Consent).SingleAsync(Cancel));
        Assert.Equal("2026-12", consent!.Version);
        Assert.InRange(consent.At, DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow.AddMinutes(1));
        Assert.Contains("I agree that pictures", await QueryAsync(db => db.ConsentTexts.Select(text => text.Text).SingleAsync(Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_is_stored_encrypted_under_a_live_lease_and_shown_to_those_who_are_signed_in()
    {
        var id = await AddAsync(Name, "F-1");
        var lease = await BorrowAsync();

        using var stored = await SendAsync(id, Pose.Front, lease);

        Assert.True(stored.StatusCode == HttpStatusCode.Created, await stored.Content.ReadAsStringAsync(Cancel));
        var shot = (await stored.Content.ReadFromJsonAsync<JsonNode>(Cancel))!;
        Assert.Equal("front", (string?)shot["pose"]);
        Assert.True((double)shot["sharpness"]! > 0);
        var picture = await _client.GetAsync(new Uri((string)shot["picture_url"]!, UriKind.Relative), Cancel);
        Assert.Equal("image/jpeg", picture.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", picture.Headers.CacheControl?.ToString());
        Assert.Equal((byte[])[0xFF, 0xD8], (await picture.Content.ReadAsByteArrayAsync(Cancel))[..2]);
        var kept = await QueryAsync(db => db.ShotPictures.Select(each => each.Sealed).SingleAsync(Cancel));
        Assert.Equal(-1, kept.AsSpan().IndexOf("JFIF"u8));
        var row = await QueryAsync(db => db.Shots.SingleAsync(Cancel));
        Assert.Equal(("demo", lease.Token, lease.Ref), (row.CameraId, row.FencingToken, row.LeaseRef));
        Assert.Equal(row.Id, await QueryAsync(db => db.ShotTemplates.Select(template => template.ShotId).SingleAsync(Cancel)));
        Assert.DoesNotContain(lease.Id, string.Join(' ', Web.Logs.GetSnapshot().Select(record => record.Message)), StringComparison.Ordinal);

        using var visitor = Web.Client();
        using var refused = await visitor.GetAsync(new Uri((string)shot["picture_url"]!, UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task All_poses_make_an_enrollment_and_a_retake_takes_the_place_of_the_former()
    {
        var id = await AddAsync(Name, "G-1");
        var lease = await BorrowAsync();
        foreach (var pose in Enum.GetValues<Pose>())
        {
            using var stored = await SendAsync(id, pose, lease);
            Assert.True(stored.StatusCode == HttpStatusCode.Created, await stored.Content.ReadAsStringAsync(Cancel));
        }

        var first = await QueryAsync(db => db.Shots.Where(shot => shot.Pose == Pose.Left).Select(shot => shot.Id).SingleAsync(Cancel));
        using var again = await SendAsync(id, Pose.Left, lease);

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Contains("Enrolled", await GetAsync("/people"), StringComparison.Ordinal);
        Assert.Equal(5, await CountAsync(db => db.Shots));
        Assert.Equal(5, await CountAsync(db => db.ShotPictures));
        Assert.False(await QueryAsync(db => db.ShotPictures.AnyAsync(picture => picture.ShotId == first, Cancel)));
        var list = (await _client.GetFromJsonAsync<JsonNode>(new Uri($"/api/people/{id}/shots", UriKind.Relative), Cancel))!;
        Assert.Equal(["front", "left", "right", "up", "down"], list["shots"]!.AsArray().Select(shot => (string?)shot!["pose"]));

        using var deleted = await SendAsync(HttpMethod.Delete, $"/api/people/{id}/shots/up");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(4, await CountAsync(db => db.ShotPictures));
        Assert.Equal(4, await CountAsync(db => db.ShotTemplates));
    }

    [Fact]
    public async Task A_picture_sent_under_an_ended_lease_is_refused()
    {
        var id = await AddAsync(Name, "H-1");
        var lease = await BorrowAsync();
        using var released = await _client.DeleteAsync(new Uri($"/api/leases/{lease.Id}?reason=manual", UriKind.Relative), Cancel);

        await RefusedAsync(await SendAsync(id, Pose.Front, lease), HttpStatusCode.Gone, "lease_ended");
        await RefusedAsync(await SendAsync(id, Pose.Front, lease with { Id = "never-was" }), HttpStatusCode.Gone, "lease_ended");
    }

    [Fact]
    public async Task A_picture_sent_under_another_token_is_refused()
    {
        var id = await AddAsync(Name, "I-1");
        var lease = await BorrowAsync();

        await RefusedAsync(await SendAsync(id, Pose.Front, lease with { Token = lease.Token - 1 }), HttpStatusCode.Conflict, "stale_token");
    }

    [Fact]
    public async Task A_holder_that_is_late_is_refused_even_if_camera_api_has_forgotten_the_later_one()
    {
        var id = await AddAsync(Name, "J-1");
        var early = await BorrowAsync();
        using var stored = await SendAsync(id, Pose.Front, early);
        await QueryAsync(db => db.Shots.ExecuteUpdateAsync(shots => shots.SetProperty(shot => shot.FencingToken, early.Token + 1), Cancel)); // as if a later lease had written

        await RefusedAsync(await SendAsync(id, Pose.Left, early), HttpStatusCode.Conflict, "stale_token", shots: 1);
    }

    [Fact]
    public async Task Nothing_is_stored_while_nobody_can_say_whether_the_lease_lives()
    {
        var id = await AddAsync(Name, "K-1");
        var lease = await BorrowAsync();
        _api.Proxy.Refuse("POST", "/api/leases/check", new Problem(503, ProblemCodes.StoreUnavailable, "The session store does not answer."));

        using var refused = await SendAsync(id, Pose.Front, lease);

        Assert.NotNull(refused.Headers.RetryAfter);
        await RefusedAsync(refused, HttpStatusCode.ServiceUnavailable, "camera_api_unavailable");
    }

    [Fact]
    public async Task Nothing_is_stored_without_consent_and_withdrawing_it_deletes_what_there_is()
    {
        var without = await AddAsync("Without consent", "L-1", consent: false);
        var lease = await BorrowAsync();
        await RefusedAsync(await SendAsync(without, Pose.Front, lease), HttpStatusCode.Forbidden, "consent_missing");
        var id = await AddAsync(Name, "L-2");
        using var stored = await SendAsync(id, Pose.Front, lease);
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);

        using var withdrawn = await PostAsync($"/people/{id}?handler=Withdraw", [], page: $"/people/{id}");

        Assert.Equal(HttpStatusCode.Redirect, withdrawn.StatusCode);
        Assert.Equal(0, await CountAsync(db => db.ShotPictures));
        Assert.Equal(0, await CountAsync(db => db.ShotTemplates));
        await RefusedAsync(await SendAsync(id, Pose.Front, lease), HttpStatusCode.Forbidden, "consent_missing");
    }

    [Fact]
    public async Task Consent_that_is_withdrawn_while_pictures_arrive_leaves_none()
    {
        var lease = await BorrowAsync();
        for (var round = 0; round < 4; round++)
        {
            var id = await AddAsync(Name, $"M-{round}");
            var withdraw = PostAsync($"/people/{id}?handler=Withdraw", [], page: $"/people/{id}");

            var answers = await Task.WhenAll([SendAsync(id, Pose.Front, lease), SendAsync(id, Pose.Left, lease), withdraw]);

            Assert.Equal(HttpStatusCode.Redirect, answers[2].StatusCode);
            Assert.Equal(0, await CountAsync(db => db.Shots));
            Assert.Equal(0, await CountAsync(db => db.ShotTemplates));
            Assert.All(answers[..2], answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Forbidden, $"{answer.StatusCode}"));
        }
    }

    [Fact]
    public async Task The_same_pose_sent_several_times_at_once_is_stored_once()
    {
        var id = await AddAsync(Name, "N-1");
        var lease = await BorrowAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(id, Pose.Front, lease)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Equal(1, await CountAsync(db => db.Shots));
        Assert.Equal(1, await CountAsync(db => db.ShotPictures));
    }

    [Fact]
    public async Task A_picture_that_is_not_good_is_refused_with_every_reason()
    {
        var id = await AddAsync(Name, "O-1");
        var lease = await BorrowAsync();

        using var dark = await SendAsync(id, Pose.Left, lease, picture: TestFaces.Jpeg(Pose.Front, light: 0.2));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, dark.StatusCode);
        var problem = (await dark.Content.ReadFromJsonAsync<JsonNode>(Cancel))!;
        Assert.Equal("shot_not_good", (string?)problem["code"]);
        Assert.Superset(new HashSet<string?> { "too_dark", "wrong_pose" }, problem["reasons"]!.AsArray().Select(reason => (string?)reason).ToHashSet());
        Assert.Equal(0, await CountAsync(db => db.Shots));

        using var byHand = await SendAsync(id, Pose.Left, lease, picture: TestFaces.Jpeg(Pose.Front), manual: "true");
        Assert.Equal(HttpStatusCode.Created, byHand.StatusCode);
    }

    [Theory]
    [InlineData("pose", "sideways")]
    [InlineData("camera_id", "../demo")]
    [InlineData("camera_id", "camera-with-an-id-of-sixty-five-characters-one-more-than-may-be00")]
    [InlineData("lease_id", "")]
    [InlineData("fencing_token", "-1")]
    [InlineData("manual", "perhaps")]
    [InlineData("picture", null)]
    public async Task An_invalid_field_of_an_upload_is_named(string field, string? value)
    {
        var id = await AddAsync(Name, "Q-1");
        var lease = await BorrowAsync();

        using var refused = await SendAsync(id, Pose.Front, lease, replaced: (field, value));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var problem = (await refused.Content.ReadFromJsonAsync<JsonNode>(Cancel))!;
        Assert.Equal([field], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Fact]
    public async Task An_upload_that_is_no_picture_is_refused()
    {
        var id = await AddAsync(Name, "R-1");
        var lease = await BorrowAsync();

        await RefusedAsync(await SendAsync(id, Pose.Front, lease, picture: Encoding.ASCII.GetBytes("GIF89a")), HttpStatusCode.BadRequest, "invalid_request");
        await RefusedAsync(
            await SendAsync(id, Pose.Front, lease, picture: new byte[(4 * 1024 * 1024) + 1]), HttpStatusCode.RequestEntityTooLarge, "body_too_large");
        await RefusedAsync(
            await SendAsync(HttpMethod.Post, $"/api/people/{id}/shots", new StringContent("{}", Encoding.UTF8, "application/json")),
            HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        await RefusedAsync(await SendAsync(Guid.NewGuid().ToString(), Pose.Front, lease), HttpStatusCode.NotFound, "unknown_person");
    }

    [Fact]
    public async Task Every_change_needs_the_pages_token()
    {
        var id = await AddAsync(Name, "S-1");
        var lease = await BorrowAsync();
        _token = "made-up";

        await RefusedAsync(await SendAsync(id, Pose.Front, lease), HttpStatusCode.BadRequest, "invalid_request");
        using var form = new FormUrlEncodedContent([]);
        using var page = await _client.PostAsync(new Uri($"/people/{id}?handler=Delete", UriKind.Relative), form, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Equal(1, await CountAsync(db => db.People));
    }

    [Fact]
    public async Task Everything_kept_of_a_person_can_be_exported()
    {
        var id = await AddAsync(Name, "T-1", "Engines");
        using var stored = await SendAsync(id, Pose.Front, await BorrowAsync());

        using var export = await PostAsync($"/people/{id}?handler=Export", [], page: $"/people/{id}");

        await using var zip = new System.IO.Compression.ZipArchive(await export.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal(["person.json", "attendance.json", "contacts.json", "privacy.json", "front.jpg"], zip.Entries.Select(entry => entry.FullName));
        await using var text = await zip.Entries[0].OpenAsync(Cancel);
        var person = (await JsonNode.ParseAsync(text, cancellationToken: Cancel))!;
        Assert.Equal((Name, "T-1", "Engines"), ((string?)person["full_name"], (string?)person["number"], (string?)person["group"]));
        Assert.Contains("I agree", (string?)person["consent"]!["text"], StringComparison.Ordinal);
        Assert.Equal("front.jpg", (string?)person["pictures"]![0]!["file"]);
        Assert.Equal(128, person["pictures"]![0]!["template"]!["numbers"]!.AsArray().Count);
        Assert.DoesNotContain("Ada", export.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_person_who_was_deleted_nothing_is_left_in_any_row()
    {
        var id = await AddAsync(Name, "U-1", "Engines");
        using var stored = await SendAsync(id, Pose.Front, await BorrowAsync());
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);

        using var deleted = await PostAsync($"/people/{id}?handler=Delete", [], page: $"/people/{id}");

        Assert.Equal(0, await CountAsync(db => db.People));
        Assert.Equal(0, await CountAsync(db => db.Shots));
        Assert.Equal(0, await CountAsync(db => db.ShotPictures));
        Assert.Equal(0, await CountAsync(db => db.ShotTemplates));
        using var picture = await _client.GetAsync(new Uri($"/api/people/{id}/shots/front/picture", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, picture.StatusCode);
    }

    [Fact]
    public async Task No_name_number_or_group_reaches_a_log_or_an_address()
    {
        var id = await AddAsync(Name, "V-17", "Engines");
        await SearchAsync("Lovelace");
        using var stored = await SendAsync(id, Pose.Front, await BorrowAsync());
        using var taken = await PostAsync("/people/new", new() { ["Form.FullName"] = Name, ["Form.Number"] = "V-17" });
        using var deleted = await PostAsync($"/people/{id}?handler=Delete", [], page: $"/people/{id}");

        var said = string.Join('\n', Web.Logs.GetSnapshot().Select(record => record.Message + record.Exception));
        Assert.Contains($"Person {id} added", said, StringComparison.Ordinal);
        Assert.All(["Lovelace", "V-17", "Engines"], secret => Assert.DoesNotContain(secret, said, StringComparison.OrdinalIgnoreCase));
    }

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    private protected async Task<T> QueryAsync<T>(Func<AttendanceDb, Task<T>> query)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<AttendanceDb>());
    }

    private protected async Task<string> AddAsync(string name, string number, string group = "", bool consent = true)
    {
        var form = new Dictionary<string, string> { ["Form.FullName"] = name, ["Form.Number"] = number, ["Form.Group"] = group };
        if (consent)
        {
            form["Agreed"] = "2026-12";
        }

        using var added = await PostAsync("/people/new", form);
        Assert.True(added.StatusCode == HttpStatusCode.Redirect, await added.Content.ReadAsStringAsync(Cancel));
        return added.Headers.Location!.ToString().Split('/')[2];
    }

    private protected async Task<HeldCamera> BorrowAsync()
    {
        using var response = await _client.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = "demo", ttl_seconds = 600 }, Cancel);
        var lease = (await response.Content.ReadFromJsonAsync<JsonNode>(Cancel))!;
        return new((string)lease["lease_id"]!, (string)lease["lease_ref"]!, (long)lease["fencing_token"]!);
    }

    private protected Task<HttpResponseMessage> SendAsync(
        string personId, Pose pose, HeldCamera lease, byte[]? picture = null, string manual = "false", (string Field, string? Value)? replaced = null)
    {
        var fields = new Dictionary<string, string?>
        {
            ["pose"] = pose.ToString().ToLowerInvariant(), ["camera_id"] = "demo", ["lease_id"] = lease.Id,
            ["fencing_token"] = $"{lease.Token}", ["manual"] = manual, ["picture"] = "",
        };
        if (replaced is var (field, value))
        {
            fields[field] = value;
        }

        var form = new MultipartFormDataContent();
        foreach (var (name, text) in fields.Where(each => each.Key != "picture" && each.Value is not null))
        {
            form.Add(new StringContent(text!), name);
        }

        if (fields["picture"] is not null)
        {
            var jpeg = new ByteArrayContent(picture ?? TestFaces.Jpeg(pose));
            jpeg.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            form.Add(jpeg, "picture", "shot.jpg");
        }

        return SendAsync(HttpMethod.Post, $"/api/people/{personId}/shots", form);
    }

    private protected Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> values, string? page = null) =>
        SignIn.PostFormAsync(_client, path, values, Cancel, page);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        if (_token.Length == 0)
        {
            _token = SignIn.TokenIn(await GetAsync("/people/new"));
        }

        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("RequestVerificationToken", _token);
        return await _client.SendAsync(request, Cancel);
    }

    private Task<string> GetAsync(string path) => _client.GetStringAsync(new Uri(path, UriKind.Relative), Cancel);

    private Task<string> SearchAsync(string words, string group = "") => ListAsync(new() { ["Words"] = words, ["Group"] = group });

    private async Task<string> ListAsync(Dictionary<string, string> wish)
    {
        using var found = await PostAsync("/people", wish);
        Assert.Equal(HttpStatusCode.Redirect, found.StatusCode);
        return await GetAsync(found.Headers.Location!.ToString());
    }

    private async Task<string> StampAsync(string id) => Stamp().Match(await GetAsync($"/people/{id}/edit")).Groups[1].Value;

    private Task<int> CountAsync<T>(Func<AttendanceDb, DbSet<T>> rows) where T : class => QueryAsync(db => rows(db).CountAsync(Cancel));

    private async Task RefusedAsync(HttpResponseMessage response, HttpStatusCode status, string code, int shots = 0)
    {
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync(Cancel)}");
        Assert.Equal(code, (string?)(await response.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["code"]);
        Assert.Equal(shots, await CountAsync(db => db.Shots));
        response.Dispose();
    }

    [GeneratedRegex("name=\"Form.Stamp\" value=\"([^\"]+)\"|value=\"([^\"]+)\" name=\"Form.Stamp\"")]
    private static partial Regex Stamp();

    [GeneratedRegex(@"Person \d\d")]
    private static partial Regex PersonName();

    private protected sealed record HeldCamera(string Id, string Ref, long Token);
}

public sealed class EnrollmentOnSqliteTests : EnrollmentSuite
{
    [Fact]
    public async Task Of_a_person_who_was_deleted_nothing_is_left_in_any_file()
    {
        const string name = "Grace Brewster Murray Hopper", number = "COBOL-1959";
        var id = await AddAsync(name, number, "Admirals of the fleet");
        using var stored = await SendAsync(id, Pose.Front, await BorrowAsync());
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        var kept = await QueryAsync(db => db.ShotPictures.Select(picture => picture.Sealed).SingleAsync(TestContext.Current.CancellationToken));
        var template = await QueryAsync(db => db.ShotTemplates.Select(each => each.Sealed).SingleAsync(TestContext.Current.CancellationToken));
        var guardian = await AskAsync(Guid.Parse(id), "Mary Campbell of Vassar", "The fleet still sails", "An inquiry into moths");
        byte[][] traces = [guardian[^32..], Encoding.UTF8.GetBytes("The fleet still sails"), Encoding.UTF8.GetBytes("An inquiry into moths"), template[60..92], template[^32..], Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(number), Encoding.UTF8.GetBytes("Admirals of the fleet"), kept[200..232], kept[^32..]];
        Assert.All(traces, trace => Assert.True(IsInAFile(trace), "What is looked for must be what is there before."));

        using var deleted = await PostAsync($"/people/{id}?handler=Delete", [], page: $"/people/{id}");

        Assert.Equal(HttpStatusCode.Redirect, deleted.StatusCode);
        Assert.All(traces, trace => Assert.False(IsInAFile(trace), $"{Encoding.UTF8.GetString(trace)} is still there."));
        Assert.All(traces, trace => Assert.False(Traces.AreBeside(Path.GetTempPath(), trace), $"{Encoding.UTF8.GetString(trace)} is in a temporary file."));
    }

    /// <summary>Has a guardian consent, a hold begin and end, and a request for deletion be refused.</summary>
    /// <returns>The guardian's name as it is stored.</returns>
    private async Task<byte[]> AskAsync(Guid person, string guardian, string refusal, string hold)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var scope = Web.Services.CreateAsyncScope();
        var (people, requests, holds) = (
            scope.ServiceProvider.GetRequiredService<PeopleStore>(), scope.ServiceProvider.GetRequiredService<DeletionRequests>(), scope.ServiceProvider.GetRequiredService<PersonHolds>());
        var found = (await people.FindAsync(person, cancel))!;
        await people.NeedGuardianAsync(found, DateOnly.FromDateTime(DateTime.UtcNow).AddYears(1), "test", cancel);
        await people.ConsentAsync(found, "2026-12", guardian, "test", cancel);
        await requests.AskAsync(person, cancel);
        Assert.Equal(AnswerOutcome.Done, await requests.RefuseAsync((await requests.ListAsync(cancel)).Single().Id, refusal, "test", cancel));
        await holds.SetAsync(person, hold, "test", cancel);
        await holds.EndAsync(person, "It is over", "test", cancel);
        return found.Consent!.GuardianName!;
    }

    [Fact]
    public async Task Data_deleted_during_a_read_is_logged_as_remaining_and_erased_with_the_next_deletion()
    {
        var cancel = TestContext.Current.CancellationToken;
        const string name = "Radia Joy Perlman of the spanning tree";
        var (first, second) = (await AddAsync(name, "RP-1"), await AddAsync("Another", "RP-2"));
        await using (var reader = new SqliteConnection($"Data Source={Path.Combine(Web.DataFolder, "attendance.db")};Pooling=False"))
        {
            await reader.OpenAsync(cancel);
            await using var reading = await reader.BeginTransactionAsync(System.Data.IsolationLevel.ReadUncommitted, cancel);
            await using var look = reader.CreateCommand();
            look.CommandText = "SELECT count(*) FROM people";
            Assert.Equal(2L, await look.ExecuteScalarAsync(cancel));

            using var deleted = await PostAsync($"/people/{first}?handler=Delete", [], page: $"/people/{first}");
            Assert.Equal(HttpStatusCode.Redirect, deleted.StatusCode);
            Assert.Contains(Web.Logs.GetSnapshot(), record => record.Message.StartsWith("Deleted data remains in the files", StringComparison.Ordinal));
        }

        using var next = await PostAsync($"/people/{second}?handler=Delete", [], page: $"/people/{second}");

        Assert.False(IsInAFile(Encoding.UTF8.GetBytes(name)));
    }

    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);

    private bool IsInAFile(byte[] trace) => Traces.AreIn(Web.DataFolder, trace);
}

public sealed class EnrollmentOnPostgresTests(PostgresServer postgres) : EnrollmentSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}
