using System.Net;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Web.PhoneCameras;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.PhoneCameras;

/// <summary>Tests the life of a pairing and of its one-time code.</summary>
public sealed class PairingTests : IAsyncDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);

    private readonly PairingSite _pairings = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _pairings.DisposeAsync();

    [Fact]
    public async Task A_code_pairs_one_phone_once_and_not_after_its_time()
    {
        var desk = await _pairings.OperatorAsync();
        var (_, code) = await PairingSite.MakeAsync(desk);

        (await PairingSite.EnterAsync(_pairings.Phone(), code.ToLowerInvariant().Insert(4, "-"))).Leads("/phone");
        (await PairingSite.EnterAsync(_pairings.Phone(), code)).Says(HttpStatusCode.OK, "not valid");
        (await PairingSite.EnterAsync(_pairings.Phone(), "no code")).Says(HttpStatusCode.OK, "not valid");

        var (_, late) = await PairingSite.MakeAsync(desk);
        _pairings.Site.Clock.Ahead += TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1);
        (await PairingSite.EnterAsync(_pairings.Phone(), late)).Says(HttpStatusCode.OK, "not valid");
    }

    [Fact]
    public async Task Of_phones_that_use_a_code_at_once_one_is_paired()
    {
        var (_, code) = await PairingSite.MakeAsync(await _pairings.OperatorAsync());

        var used = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _pairings.Site.WithAsync<PhonePairings, bool>(
            async pairings => await pairings.UseAsync(code, Cancel) is not null))));

        Assert.Single(used, isPaired => isPaired);
    }

    [Fact]
    public async Task A_code_that_nobody_uses_ends_with_its_time_although_the_page_is_there()
    {
        var desk = await _pairings.OperatorAsync();
        var (id, _) = await PairingSite.MakeAsync(desk);
        Assert.Equal(("waiting", null), await ShownAsync(desk, id));
        _pairings.Site.Clock.Ahead += TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1);
        await ShownAsync(desk, id); // the page is heard of

        await Eventually.TrueAsync(async () => await ShownAsync(desk, id) == ("ended", "unused"), s_soon, "it has ended");
    }

    [Fact]
    public async Task Attempts_are_limited_as_those_to_sign_in()
    {
        await using var few = new PairingSite(("Accounts:AttemptsPerMinute", "3"));
        var phone = few.Phone();
        var told = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            told.Add((await PairingSite.EnterAsync(phone, "no code")).Status);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], told);
    }

    [Fact]
    public async Task Signing_out_ends_the_pairing_and_makes_its_code_worthless()
    {
        var desk = await _pairings.OperatorAsync();
        var (phone, _, _) = await _pairings.PairAsync(desk);
        var (_, code) = await PairingSite.MakeAsync(desk);

        (await desk.Visit.PostAsync("/account", [])).Leads("/sign-in");

        (await PairingSite.EnterAsync(_pairings.Phone(), code)).Says(HttpStatusCode.OK, "not valid");
        await Eventually.TrueAsync(async () => await PairingSite.EndAsync(phone) == "signed_out", s_soon, "the phone is told");
    }

    [Fact]
    public async Task Deleting_the_account_ends_the_pairing()
    {
        var (phone, _, _) = await _pairings.PairAsync(await _pairings.OperatorAsync());

        await _pairings.Site.DbAsync(db => db.Users.ExecuteDeleteAsync(Cancel));

        await Eventually.TrueAsync(async () => await PairingSite.EndAsync(phone) == "signed_out", s_soon, "the phone is told");
    }

    [Fact]
    public async Task A_pairing_ends_when_its_page_is_not_heard_of_and_lives_while_it_is()
    {
        var desk = await _pairings.OperatorAsync();
        var (phone, id, _) = await _pairings.PairAsync(desk);
        for (var i = 0; i < 4; i++)
        {
            _pairings.Site.Clock.Ahead += TimeSpan.FromSeconds(3);
            Assert.Equal(("used", null), await ShownAsync(desk, id));
        }

        Assert.Null(await PairingSite.EndAsync(phone));
        _pairings.Site.Clock.Ahead += TimeSpan.FromSeconds(6);

        await Eventually.TrueAsync(async () => await PairingSite.EndAsync(phone) == "page_gone", s_soon, "the phone is told");
    }

    [Fact]
    public async Task What_happens_is_in_the_audit_without_a_secret_and_in_no_log()
    {
        var desk = await _pairings.OperatorAsync();
        var (id, code) = await PairingSite.MakeAsync(desk);
        var phone = _pairings.Phone();
        (await PairingSite.EnterAsync(phone, code)).Leads("/phone");
        var ended = await PairingSite.SendAsync(desk, HttpMethod.Delete, $"/api/phone-pairings/{id}");
        Assert.Equal(HttpStatusCode.NoContent, ended.Status);

        Assert.Equal("operator", await PairingSite.EndAsync(phone));
        Assert.Equal(HttpStatusCode.NoContent, (await PairingSite.SendAsync(desk, HttpMethod.Delete, $"/api/phone-pairings/{id}")).Status); // once more ends nothing more
        var entries = await _pairings.Site.DbAsync(db => db.AuditEntries.Where(entry => entry.SubjectId == id).OrderBy(entry => entry.At).ToListAsync(Cancel));
        var account = await _pairings.Site.DbAsync(db => db.Users.Select(user => user.Id).SingleAsync(Cancel));
        Assert.Equal([("phone_pairing.made", null), ("phone_pairing.used", "A phone has used the code."), ("phone_pairing.ended", "operator")], entries.Select(entry => (entry.Action, entry.Detail)));
        Assert.All(entries, entry => Assert.Equal(account, entry.AccountId));
        Assert.DoesNotContain(_pairings.Site.Web.Logs.GetSnapshot(), log => log.Message.Contains(code, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(0, await _pairings.Site.DbAsync(db => db.PhonePairings.CountAsync(pairing => pairing.CodeHash != null, Cancel)));
    }

    [Fact]
    public async Task A_phone_that_stops_ends_the_pairing()
    {
        var desk = await _pairings.OperatorAsync();
        var (phone, id, _) = await _pairings.PairAsync(desk);
        var token = System.Text.RegularExpressions.Regex.Match((await phone.GetAsync("/phone")).Text, "name=\"request-token\" content=\"([^\"]+)\"").Groups[1].Value;

        Assert.Equal(HttpStatusCode.BadRequest, (await PairingSite.SendAsync((phone, "not one"), HttpMethod.Post, "/api/phone-camera/end")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await PairingSite.SendAsync((phone, token), HttpMethod.Post, "/api/phone-camera/end")).Status);

        Assert.Equal("phone", await PairingSite.EndAsync(phone));
        Assert.Equal(("ended", "phone"), await ShownAsync(desk, id));
    }

    [Fact]
    public async Task Another_account_neither_sees_nor_binds_nor_ends_a_pairing()
    {
        var (phone, id, camera) = await _pairings.PairAsync(await _pairings.OperatorAsync());
        var other = await _pairings.OperatorAsync();
        var claim = new { lease_id = "a-lease", camera_id = PublishedCamera.IdOf(camera), fencing_token = 1 };

        Assert.Equal(HttpStatusCode.NotFound, (await PairingSite.SendAsync(other, HttpMethod.Get, $"/api/phone-pairings/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PairingSite.SendAsync(other, HttpMethod.Put, $"/api/phone-pairings/{id}/lease", claim)).Status);
        await PairingSite.SendAsync(other, HttpMethod.Delete, $"/api/phone-pairings/{id}");

        Assert.Null(await PairingSite.EndAsync(phone));
    }

    [Fact]
    public async Task A_pairing_is_bound_to_a_lease_of_its_own_camera_only()
    {
        var desk = await _pairings.OperatorAsync();
        var (_, id, camera) = await _pairings.PairAsync(desk);

        async Task<HttpStatusCode> BindAsync(string cameraId) => (await PairingSite.SendAsync(
            desk, HttpMethod.Put, $"/api/phone-pairings/{id}/lease", new { lease_id = "a-lease", camera_id = cameraId, fencing_token = 1 })).Status;
        Assert.Equal(HttpStatusCode.BadRequest, await BindAsync("demo"));
        Assert.Equal(HttpStatusCode.BadRequest, await BindAsync(camera));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await BindAsync(PublishedCamera.IdOf(camera))); // camera-api is away here, and would be asked
    }

    [Fact]
    public async Task An_account_has_so_many_pairings_at_a_time_and_needs_the_token_of_the_page()
    {
        var desk = await _pairings.OperatorAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await PairingSite.SendAsync((desk.Visit, "not one"), HttpMethod.Post, "/api/phone-pairings")).Status);
        for (var i = 0; i < PhonePairings.Most; i++)
        {
            await PairingSite.MakeAsync(desk);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await PairingSite.SendAsync(desk, HttpMethod.Post, "/api/phone-pairings")).Status);
        await PairingSite.MakeAsync(await _pairings.OperatorAsync());
    }

    [Fact]
    public async Task A_pairing_made_at_one_replica_is_used_at_another_and_outlives_the_first()
    {
        var desk = await _pairings.OperatorAsync();
        var (id, code) = await PairingSite.MakeAsync(desk);
        await using var replica = new WebServer(new Uri("http://127.0.0.1:1"), ("Data:Folder", _pairings.Site.Web.DataFolder));
        replica.StartServer();
        using var phone = new Visit(replica.Address);

        (await PairingSite.EnterAsync(phone, code)).Leads("/phone");

        Assert.Equal(("used", null), await ShownAsync(desk, id));
        Assert.Null(await PairingSite.EndAsync(phone));
        await PairingSite.SendAsync(desk, HttpMethod.Delete, $"/api/phone-pairings/{id}");
        Assert.Equal("operator", await PairingSite.EndAsync(phone));
    }

    private static async Task<(string? State, string? Reason)> ShownAsync((Visit Visit, string Token) desk, Guid id)
    {
        var shown = await desk.Visit.GetAsync($"/api/phone-pairings/{id}");
        Assert.True(shown.Status == HttpStatusCode.OK, shown.Text);
        var body = JsonDocument.Parse(shown.Text).RootElement;
        return (body.GetProperty("state").GetString(), body.GetProperty("reason").GetString());
    }
}
