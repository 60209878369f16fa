using System.Diagnostics.Metrics;
using System.Net.WebSockets;
using System.Text;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Telemetry;
using Attendance.Tests.CameraApi.Leases;
using Attendance.Tests.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Sessions;

/// <summary>Tests what a socket, and its loss, does to the leases of its session.</summary>
public sealed class PresenceTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncDisposable
{
    private readonly PresenceNode _node = new(store.ConnectionString);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_page_is_told_first_what_its_session_holds_and_nothing_of_others()
    {
        var lease = await _node.HoldAsync("door", "one");
        await _node.HoldAsync("gate", "two");

        var page = await _node.ConnectAsync("one");

        var hello = page.Heard[0];
        Assert.Equal("hello", (string?)hello["type"]);
        Assert.Equal((5, 2, 600), ((int)hello["ping_seconds"]!, (int)hello["grace_seconds"]!, (int)hello["hidden_hold_seconds"]!));
        var held = Assert.Single(hello["leases"]!.AsArray());
        Assert.Equal((lease.Id, "door", 30), ((string?)held!["lease_id"], (string?)held["camera_id"], (int)held["ttl_seconds"]!));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(30)]
    public async Task Leases_are_renewed_as_long_as_the_socket_lives(int ttlSeconds)
    {
        var page = await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync("door", "one", TimeSpan.FromSeconds(ttlSeconds));

        await _node.PassAsync(3 * ttlSeconds);

        Assert.Null(lease.End);
        var renewed = await page.HearAsync("renewed");
        Assert.Equal(lease.Id, (string?)Assert.Single(renewed["leases"]!.AsArray())!["lease_id"]);
    }

    [Fact]
    public async Task A_session_without_a_socket_is_left_to_its_own_renewals()
    {
        await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync("door", "two");

        await _node.PassAsync(31);

        Assert.Equal(ReleaseReason.Expired, lease.End?.Reason);
    }

    [Fact]
    public async Task A_lost_socket_ends_the_leases_after_the_grace()
    {
        using var lost = new MetricCollector<int>(_node.Get<IMeterFactory>(), CameraApiActivity.Name, "attendance.session.lost");
        using var active = new MetricCollector<int>(_node.Get<IMeterFactory>(), CameraApiActivity.Name, "attendance.session.active");
        var page = await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync("door", "one");
        var others = await _node.HoldAsync("gate", "two");

        await _node.LoseAsync(page);
        await _node.PassAsync(1.9);
        Assert.Null(lease.End);
        await _node.PassAsync(0.2);
        await lease.Released;

        Assert.Equal(ReleaseReason.Disconnected, lease.End?.Reason);
        Assert.Null(others.End);
        Assert.Equal("closed", Assert.Single(lost.GetMeasurementSnapshot()).Tags["attendance.session.loss_reason"]);
        Assert.Equal(0, active.GetMeasurementSnapshot().EvaluateAsCounter());
    }

    [Fact]
    public async Task A_lost_camera_is_not_given_away_before_the_grace_is_over()
    {
        var page = await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync("door", "one");
        await _node.LoseAsync(page);

        Assert.IsType<AcquireOutcome.InUse>(await _node.AcquireAsync("door", new AcquireOptions("two")));

        Assert.Null(lease.End);
    }

    [Fact]
    public async Task A_session_that_comes_back_by_another_socket_keeps_its_leases()
    {
        var page = await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync("door", "one");
        await _node.LoseAsync(page);
        await _node.PassAsync(1.5);

        await _node.ConnectAsync("one");
        await _node.PassAsync(60);

        Assert.Null(lease.End);
    }

    [Fact]
    public async Task A_session_that_goes_over_to_HTTP_keeps_the_lease_that_it_renews_and_no_other()
    {
        var page = await _node.ConnectAsync("one");
        var renewed = await _node.HoldAsync("door", "one");
        var forgotten = await _node.HoldAsync("gate", "one");
        await _node.LoseAsync(page);

        Assert.True(renewed.ComeBack() && await _node.Leases.RenewAsync(renewed));
        await _node.PassAsync(2.5);
        Assert.Null(renewed.End);
        Assert.Equal(ReleaseReason.Disconnected, forgotten.End?.Reason);

        await _node.PassAsync(30);
        Assert.Equal(ReleaseReason.Expired, renewed.End?.Reason);
    }

    [Fact]
    public async Task A_close_after_a_goodbye_is_no_loss()
    {
        var page = await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync("door", "one");

        await page.SayAsync(new { type = "bye" });
        await page.CloseAsync();
        await _node.PassAsync(5);

        Assert.Null(lease.End);
    }

    [Fact]
    public async Task The_newest_socket_of_a_session_takes_the_place_of_the_one_before()
    {
        var older = await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync("door", "one");

        var newer = await _node.ConnectAsync("one");

        await older.ClosedAsync(4000);
        await _node.PassAsync(5);
        Assert.Null(lease.End);
        _ = _node.Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Forced));
        await newer.HearAsync("ended");
    }

    [Fact]
    public async Task A_page_hears_of_an_end_before_its_device_is_closed_and_other_pages_do_not()
    {
        var closing = new TaskCompletionSource<CloseOutcome>();
        _node.Captures.Closing = () => closing.Task;
        var page = await _node.ConnectAsync("one");
        var other = await _node.ConnectAsync("two");
        var lease = await _node.HoldAsync("door", "one");

        var releasing = _node.Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Client, "my own word"));

        var ended = await page.HearAsync("ended");
        Assert.False(releasing.IsCompleted);
        Assert.Equal(
            (lease.Id, "door", "client", "my own word"),
            ((string?)ended["lease_id"], (string?)ended["camera_id"], (string?)ended["reason"], (string?)ended["detail"]));
        closing.SetResult(new CloseOutcome.Free());
        await releasing;
        Assert.Single(other.Heard);
    }

    [Fact]
    public async Task A_page_that_is_hidden_for_too_long_loses_its_cameras_and_one_that_is_seen_again_does_not()
    {
        var (left, seen) = (await _node.ConnectAsync("one"), await _node.ConnectAsync("two"));
        var (lost, kept) = (await _node.HoldAsync("door", "one"), await _node.HoldAsync("gate", "two"));
        await left.SayAsync(new { type = "visibility", hidden = true });
        await seen.SayAsync(new { type = "visibility", hidden = true });
        await _node.HeardAsync(left);
        await _node.HeardAsync(seen);
        await _node.PassAsync(300);
        await seen.SayAsync(new { type = "visibility", hidden = false });
        await _node.HeardAsync(seen);
        Assert.Null(lost.End);

        await _node.PassAsync(302);

        Assert.Equal(ReleaseReason.HiddenTooLong, lost.End?.Reason);
        Assert.Null(kept.End);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"type":"of another time"}""")]
    [InlineData("""{"type":17}""")]
    [InlineData("""{"type":"visibility"}""")]
    [InlineData("""{"type":"visibility","hidden":"yes"}""")]
    [InlineData("""{"type":"stopped","lease_id":"unknown"}""")]
    [InlineData("""{"type":"\ud800"}""")]
    public async Task A_message_that_is_not_understood_changes_nothing(string text)
    {
        var page = await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync("door", "one");

        await page.SendAsync(Encoding.UTF8.GetBytes(text));
        await _node.PassAsync(11);

        await page.HearAsync("renewed");
        Assert.Null(lease.End);
    }

    [Fact]
    public async Task A_message_that_is_too_long_ends_the_socket_and_the_longest_allowed_does_not()
    {
        var page = await _node.ConnectAsync("one");
        await page.SendAsync(Encoding.UTF8.GetBytes("{}".PadRight(PresenceSocket.MaxMessage)));
        await page.SayAsync(new { type = "visibility", hidden = false });
        Assert.Equal(WebSocketState.Open, page.Socket.State);

        await page.SendAsync(new byte[100_000]);

        await page.ClosedAsync((int)WebSocketCloseStatus.MessageTooBig);
    }

    [Fact]
    public async Task A_binary_message_closes_the_socket()
    {
        var page = await _node.ConnectAsync("one");

        await page.SendAsync([1, 2, 3], WebSocketMessageType.Binary);

        await page.ClosedAsync((int)WebSocketCloseStatus.InvalidMessageType);
    }

    [Fact]
    public async Task A_page_that_does_not_read_is_cut_off()
    {
        using var lost = new MetricCollector<int>(_node.Get<IMeterFactory>(), CameraApiActivity.Name, "attendance.session.lost");
        var attended = await _node.ConnectDeafAsync("one");
        var message = new EndedMessage("", "", "", new string('x', 100_000));

        for (var started = TimeProvider.System.GetTimestamp(); !attended.IsCompleted; await Task.Yield())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "It is still served.");
            _node.Get<PresenceSockets>().Tell("one", message);
            _node.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal("slow", Assert.Single(lost.GetMeasurementSnapshot()).Tags["attendance.session.loss_reason"]);
    }

    [Theory]
    [InlineData("Presence:PingInterval", "00:01:00")]
    [InlineData("Presence:PongTimeout", "00:00:05")]
    [InlineData("Presence:Grace", "-00:00:01")]
    public void An_unworkable_time_is_refused_naming_its_setting(string key, string value)
    {
        using var host = LeaseNode.Build(store.ConnectionString, "node", new FakeTimeProvider(), (key, value));

        var refused = Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptions<PresenceOptions>>().Value);

        Assert.Contains(key.Split(':')[1], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_end_leases_are_released_before_the_sockets_are_closed()
    {
        var page = await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync("door", "one");

        var stopping = _node.Get<IEnumerable<IHostedService>>().OfType<PresenceUpkeep>().Single().StoppingAsync(Cancel);
        await page.ClosedAsync((int)WebSocketCloseStatus.EndpointUnavailable);
        await page.CloseAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(10), Cancel);

        Assert.Equal(ReleaseReason.Shutdown, lease.End?.Reason);
        Assert.Equal("shutdown", (string?)page.Heard.Single(message => (string?)message["type"] == "ended")["reason"]);
    }
}
