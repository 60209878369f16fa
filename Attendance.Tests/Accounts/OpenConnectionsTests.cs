using System.Net.Http.Json;
using System.Net.WebSockets;
using Attendance.CameraApi.Leases;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>Tests that a stream opened earlier is closed, and a lease is ended, once its account may not use cameras any more.</summary>
public sealed class OpenConnectionsTests : IAsyncLifetime
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(15);

    private RealCameraApi _api = null!;
    private LeaseResponse? _lease;
    private WebServer _web = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await CameraApis.BorrowAsync(Cancel);
        _web = new WebServer(_api.Address, ("Accounts:CheckedEvery", "00:00:00.2")) { Adjust = AccountSite.Adjust };
        _web.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("socket")]
    [InlineData("events")]
    [InlineData("lease")]
    public async Task Deleting_an_account_closes_its_connections(string kind) => await LosesAsync(kind, (db, account) =>
        db.Users.Where(each => each.Id == account.Id).ExecuteDeleteAsync(Cancel));

    [Theory]
    [InlineData("stream")]
    [InlineData("socket")]
    [InlineData("events")]
    [InlineData("lease")]
    public async Task A_new_password_closes_the_accounts_connections(string kind) => await LosesAsync(kind, (db, account) =>
        db.Users.Where(each => each.Id == account.Id).ExecuteUpdateAsync(each => each.SetProperty(row => row.SecurityStamp, "another"), Cancel));

    [Fact]
    public async Task Losing_the_administrator_role_closes_the_event_stream() => await LosesAsync("events", (db, account) =>
        db.Users.Where(each => each.Id == account.Id).ExecuteUpdateAsync(each => each.SetProperty(row => row.Role, AccountRole.Operator), Cancel));

    [Theory]
    [InlineData("stream")]
    [InlineData("socket")]
    [InlineData("events")]
    [InlineData("lease")]
    public async Task Signing_out_closes_the_connections(string kind)
    {
        var (account, cookie) = await SignedInAsync();
        await using var open = await OpenAsync(kind, cookie);
        using var visit = new Visit(_web.Address) { Cookie = cookie.Value };

        (await visit.PostAsync("/account", [])).Leads("/sign-in");

        await open.EndsAsync().WaitAsync(s_soon, Cancel);
        Assert.NotNull(account);
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("socket")]
    [InlineData("lease")]
    public async Task Ending_a_session_from_another_browser_closes_what_a_copied_cookie_has_opened(string kind)
    {
        var (account, cookie) = await SignedInAsync();
        await using var open = await OpenAsync(kind, new SignIn(cookie.Value)); // whoever has the cookie is the same to the server
        using var own = new Visit(_web.Address) { Cookie = (await _web.SignInAsync(account)).Value };

        (await own.PostAsync("/account?handler=EndOthers", [], "/account")).Leads("/account");

        await open.EndsAsync().WaitAsync(s_soon, Cancel);
    }

    [Fact]
    public async Task A_copied_cookie_is_invalid_after_its_owner_signs_out()
    {
        await using var replica = new WebServer(_api.Address, ("Data:Folder", _web.DataFolder)) { Adjust = AccountSite.Adjust };
        var (account, cookie) = await SignedInAsync();
        var elsewhere = await _web.SignInAsync(account);
        using var visit = new Visit(_web.Address) { Cookie = cookie.Value };

        (await visit.PostAsync("/account", [])).Leads("/sign-in");

        foreach (var web in (WebServer[])[_web, replica])
        {
            using var thief = web.Client(cookie);
            using var refused = await thief.GetAsync(new Uri("/api/cameras", UriKind.Relative), Cancel);
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
            using var other = web.Client(elsewhere); // the same person is still signed in there
            using var served = await other.GetAsync(new Uri("/api/cameras", UriKind.Relative), Cancel);
            Assert.Equal(System.Net.HttpStatusCode.OK, served.StatusCode);
        }
    }

    private async Task LosesAsync(string kind, Func<AttendanceDb, Account, Task> change)
    {
        var (account, cookie) = await SignedInAsync();
        var (_, other) = await SignedInAsync();
        await using var open = await OpenAsync(kind, cookie);
        await using var stays = await OpenAsync(kind, other);
        await using (var scope = _web.Services.CreateAsyncScope())
        {
            await change(scope.ServiceProvider.GetRequiredService<AttendanceDb>(), account);
        }

        await open.EndsAsync().WaitAsync(s_soon, Cancel);
        Assert.False(stays.HasEnded);
    }

    private async Task<(Account Account, SignIn Cookie)> SignedInAsync()
    {
        var account = await AccountSite.AddAsync(_web, AccountRole.Admin);
        return (account, await _web.SignInAsync(account));
    }

    private async Task<OpenOne> OpenAsync(string kind, SignIn cookie)
    {
        if (kind == "socket")
        {
            var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Cookie", cookie.Header);
            socket.Options.AddSubProtocol("attendance.presence.v1");
            await socket.ConnectAsync(new Uri($"ws://{_web.Address.Authority}/api/sessions/camera_{Guid.NewGuid():N}/presence"), Cancel);
            return new OpenOne(socket, async (buffer, over) => (await socket.ReceiveAsync(buffer, over)).MessageType == WebSocketMessageType.Close ? 0 : 1);
        }

        var client = _web.Client(cookie);
        if (kind == "lease")
        {
            // One that no socket belongs to, and that would last for long. What is watched under it by WebRTC does not pass Web.
            using var asked = await client.PostAsJsonAsync("/api/leases", new { session_id = $"camera_{Guid.NewGuid():N}", camera_id = "demo", mode = "shared", ttl_seconds = 600 }, Cancel);
            var lease = (await asked.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<LeaseResponse>(WireJson.Options, Cancel))!;
            return new OpenOne(client, async (_, over) =>
            {
                await Task.Delay(100, over);
                return (await _api.LiveAsync()).Any(live => live.LeaseRef == lease.LeaseRef) ? 1 : 0;
            });
        }

        var path = kind == "events" ? "/api/events" : $"/api/cameras/demo/stream?lease={(_lease ??= await _api.HoldByAnotherAsync("demo")).LeaseId}";
        var response = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);
        response.EnsureSuccessStatusCode();
        var stream = await response.Content.ReadAsStreamAsync(Cancel);
        return new OpenOne(response, stream.ReadAsync);
    }

    private sealed class OpenOne : IAsyncDisposable
    {
        private readonly CancellationTokenSource _over = new();
        private readonly IDisposable _connection;
        private readonly Task _reading;

        public OpenOne(IDisposable connection, Func<Memory<byte>, CancellationToken, ValueTask<int>> read) =>
            (_connection, _reading) = (connection, ReadAsync(read, _over.Token));

        public bool HasEnded => _reading.IsCompleted;

        public Task EndsAsync() => _reading;

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _reading;
            _connection.Dispose();
            _over.Dispose();
        }

        private static async Task ReadAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> read, CancellationToken over)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await read(buffer, over) > 0)
                {
                }
            }
            catch (Exception exception) when (exception is IOException or WebSocketException or OperationCanceledException)
            {
                // Cut.
            }
        }
    }
}
