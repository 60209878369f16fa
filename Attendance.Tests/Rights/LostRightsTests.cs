using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Attendance.CameraApi.Leases;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Attendance.Web.Forwarding;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Rights;

/// <summary>Tests that what goes on ends within five seconds after its right was taken away.</summary>
public sealed class LostRightsTests : WebTest
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(null, "operator", "admin")]
    [InlineData("shared", "admin", "admin")]
    public async Task A_lease_ends_with_its_right(string? mode, string watch, string borrow)
    {
        var lease = await AcquireAsync(Client, "demo", mode);

        await RuleOn.SetAsync(Web, "demo", watch, borrow);

        await EndsAsync(lease);
        using var renewed = await Client.PutAsync(new Uri($"/api/leases/{lease.LeaseId}", UriKind.Relative), null, Cancel);
        Assert.Equal((HttpStatusCode.Gone, "right_lost"), (renewed.StatusCode, (string?)(await renewed.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["reason"]));
    }

    [Fact]
    public async Task What_somebody_still_may_goes_on()
    {
        using var admin = Web.Client(await Web.SignInAsync(AccountRole.Admin));
        LeaseResponse[] stay = [await AcquireAsync(Client, "demo", "shared"), await AcquireAsync(admin, "demo", "shared")];

        await RuleOn.SetAsync(Web, "demo", watch: "operator", borrow: "admin");
        await Eventually.TrueAsync(() => Api.Cleanups.Any(sent => sent.Body.Contains("dry_run", StringComparison.Ordinal)), s_bound, "the leases were looked at");

        Assert.Equal(stay.Select(lease => lease.LeaseRef).Order(), (await Api.LiveAsync()).Select(lease => lease.LeaseRef).Order());
    }

    [Fact]
    public async Task A_session_that_holds_nothing_is_forgotten_also_where_there_are_no_rules()
    {
        await using var web = new WebServer(Api.Address, ("Accounts:CheckedEvery", "00:00:01"));
        using var client = web.Client(await web.SignInAsync());
        var lease = await AcquireAsync(client, "demo", null);
        var sessions = web.Services.GetRequiredService<AccountSessions>();
        await Eventually.TrueAsync(() => Api.Cleanups.Any(sent => sent.Body.Contains("dry_run", StringComparison.Ordinal)), s_bound, "it was looked at");
        Assert.False(sessions.IsEmpty);

        using var released = await client.DeleteAsync(new Uri($"/api/leases/{lease.LeaseId}", UriKind.Relative), Cancel);

        await Eventually.TrueAsync(() => sessions.IsEmpty, s_bound, "it is forgotten");
    }

    [Fact]
    public async Task Of_two_leases_of_a_session_only_that_without_right_ends()
    {
        await UseAsync("--Cameras:door:Source=test-pattern", "--Cameras:hall:Source=test-pattern");
        var session = $"camera_{Guid.NewGuid():N}";
        var (door, hall) = (await AcquireAsync(Client, "door", null, session), await AcquireAsync(Client, "hall", null, session));

        await RuleOn.SetAsync(Web, "door", watch: "admin", borrow: "admin");

        await EndsAsync(door);
        Assert.Equal(hall.LeaseRef, Assert.Single(await Api.LiveAsync()).LeaseRef);
    }

    [Fact]
    public async Task A_stream_is_cut()
    {
        var lease = await Api.HoldByAnotherAsync("demo");
        using var response = await Client.GetAsync(
            new Uri($"/api/cameras/demo/stream?lease={lease.LeaseId}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancel);
        await stream.ReadExactlyAsync(new byte[1000], Cancel);

        await RuleOn.SetAsync(Web, "demo", watch: "admin", borrow: "admin");

        var end = await Record.ExceptionAsync(() => stream.CopyToAsync(Stream.Null, Cancel).WaitAsync(s_bound, Cancel));
        Assert.True(end is IOException, $"The stream is cut: {end}");
        await Eventually.TrueAsync(() => Api.Viewers == 0, "nobody looks any more");
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("auto")]
    public async Task A_wish_that_waits_is_refused(string cameraId)
    {
        await Api.HoldByAnotherAsync("demo");
        var waiting = Client.PostAsJsonAsync("/api/leases", new { session_id = $"camera_{Guid.NewGuid():N}", camera_id = cameraId, wait_seconds = 50 }, Cancel);
        await Eventually.TrueAsync(() => Api.Requests.Any(sent => sent is { Method: "POST", Target: "/api/leases" }), "it waits");

        await RuleOn.SetAsync(Web, "demo", borrow: "admin");

        using var refused = await waiting.WaitAsync(s_bound, Cancel);
        Assert.Equal((HttpStatusCode.Forbidden, "right_missing"), (refused.StatusCode, await CodeOfAsync(refused)));
    }

    /// <summary>Another replica of Web, or this one after a restart, has seen no more of the session than its socket.</summary>
    [Fact]
    public async Task A_lease_ends_of_which_only_the_socket_is_known()
    {
        var session = $"camera_{Guid.NewGuid():N}";
        using var asked = await Api.Node.Http.PostAsJsonAsync("/api/leases", new { session_id = session, camera_id = "demo", ttl_seconds = 600 }, Cancel);
        var lease = (await asked.Content.ReadFromJsonAsync<LeaseResponse>(WireJson.Options, Cancel))!;
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", Operator.Header);
        socket.Options.AddSubProtocol("attendance.presence.v1");
        await socket.ConnectAsync(new Uri($"ws://{Web.Address.Authority}/api/sessions/{session}/presence"), Cancel);
        await using (var scope = Web.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>(); // written as another replica does, of which this one is not told
            db.CameraRules.Add(new CameraRule { Camera = "demo", Borrow = "admin" });
            await db.SaveChangesAsync(Cancel);
        }

        await EndsAsync(lease);
        while (await ReceiveAsync(socket) is var message)
        {
            if ((string?)message["type"] == "ended")
            {
                Assert.Equal("right_lost", (string?)message["reason"]);
                break;
            }
        }
    }

    [Fact]
    public async Task A_lease_of_which_nothing_is_known_ends_at_its_renewal()
    {
        var lease = await Api.HoldByAnotherAsync("demo");
        await RuleOn.SetAsync(Web, "demo", borrow: "admin");

        using var renewed = await Client.PutAsync(new Uri($"/api/leases/{lease.LeaseId}", UriKind.Relative), null, Cancel);

        Assert.Equal((HttpStatusCode.Gone, "lease_ended"), (renewed.StatusCode, await CodeOfAsync(renewed)));
        Assert.Equal("right_lost", (await Api.EndOfAsync(lease)).Reason);
    }

    [Fact]
    public async Task Leaving_a_team_ends_what_its_members_may()
    {
        var account = await Accounts.AccountSite.AddAsync(Web);
        using var member = Web.Client(await Web.SignInAsync(account));
        await RuleOn.SetAsync(Web, "demo", borrow: "team:reception");
        await RuleOn.TeamsAsync(Web, account.UserName!, "reception");
        var lease = await AcquireAsync(member, "demo");

        await RuleOn.TeamsAsync(Web, account.UserName!);

        await EndsAsync(lease);
    }

    [Fact]
    public async Task Rules_that_were_read_hold_while_the_database_is_away()
    {
        await RuleOn.SetAsync(Web, "demo", watch: "operator", borrow: "admin");
        await AcquireAsync(Client, "demo", "shared");
        await using (var scope = Web.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<AttendanceDb>().Database.ExecuteSqlRawAsync("ALTER TABLE camera_rules RENAME TO hidden", Cancel);
        }

        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, Cancel); // what was read is not fresh any more
        using var refused = await Client.PostAsJsonAsync("/api/leases", new { session_id = $"camera_{Guid.NewGuid():N}", camera_id = "demo" }, Cancel);

        Assert.Equal("right_missing", await CodeOfAsync(refused));
    }

    private async Task EndsAsync(LeaseResponse lease)
    {
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).All(live => live.LeaseRef != lease.LeaseRef), s_bound, "the lease has ended");
        Assert.Equal("right_lost", (await Api.EndOfAsync(lease)).Reason);
    }

    private static async Task<LeaseResponse> AcquireAsync(HttpClient client, string cameraId, string? mode = null, string? session = null)
    {
        using var response = await client.PostAsJsonAsync(
            "/api/leases", new AcquireWish(session ?? $"camera_{Guid.NewGuid():N}", cameraId, 600, mode), WireJson.Requests, Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Cancel));
        return (await response.Content.ReadFromJsonAsync<LeaseResponse>(WireJson.Options, Cancel))!;
    }

    private static async Task<JsonObject> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[8 * 1024];
        var received = await socket.ReceiveAsync(buffer, Cancel);
        return JsonNode.Parse(buffer.AsSpan(0, received.Count))!.AsObject();
    }

    private sealed record AcquireWish(string SessionId, string CameraId, int TtlSeconds, string? Mode);
}
