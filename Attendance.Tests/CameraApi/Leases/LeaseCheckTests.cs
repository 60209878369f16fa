using Attendance.CameraApi;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Stores;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>Tests the check of whether something may be written under a lease.</summary>
public sealed class LeaseCheckTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncDisposable
{
    private const string BrowsersCamera = "browser-0123456789abcdef0123456789abcdef-0123456789abcdef";
    private static readonly LeaseEnd s_left = new(ReleaseReason.PageHide);
    private readonly PresenceNode _node = new(store.ConnectionString);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData("door")]
    [InlineData(BrowsersCamera)]
    public async Task A_live_lease_may_be_written_under_with_its_own_token_only(string cameraId)
    {
        var lease = await _node.HoldAsync(cameraId, "one");

        Assert.Same(lease, Assert.IsType<CheckOutcome.Live>(await CheckAsync(lease)).Lease);

        Assert.IsType<CheckOutcome.StaleToken>(await CheckAsync(lease, token: lease.FencingToken - 1));
        Assert.IsType<CheckOutcome.StaleToken>(await CheckAsync(lease, token: lease.FencingToken + 1));
    }

    [Fact]
    public async Task A_lease_of_another_camera_and_one_that_never_was_are_unknown()
    {
        var lease = await _node.HoldAsync("door", "one");
        await _node.HoldAsync("gate", "two");

        Assert.Null(Assert.IsType<CheckOutcome.Ended>(await CheckAsync(lease, cameraId: "gate")).End);
        Assert.Null(Assert.IsType<CheckOutcome.Ended>(
            await _node.Leases.CheckAsync(Identifiers.NewLeaseId(), "door", lease.FencingToken, Cancel)).End);
    }

    [Fact]
    public async Task A_lease_that_was_taken_over_says_so_while_its_successor_is_live()
    {
        var first = await _node.HoldAsync("door", "one");
        var second = Assert.IsType<AcquireOutcome.Granted>(await _node.AcquireAsync("door", new AcquireOptions("two", Takeover: true))).Lease;

        Assert.Equal(ReleaseReason.Takeover, Assert.IsType<CheckOutcome.Ended>(await CheckAsync(first)).End?.Reason);
        Assert.IsType<CheckOutcome.StaleToken>(await CheckAsync(second, token: first.FencingToken));
        Assert.IsType<CheckOutcome.Live>(await CheckAsync(second));
    }

    [Fact]
    public async Task A_lease_whose_camera_is_still_closing_has_ended_already()
    {
        var closing = new TaskCompletionSource<CloseOutcome>();
        _node.Captures.Closing = () => closing.Task;
        var lease = await _node.HoldAsync("door", "one");

        var releasing = _node.Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Manual));

        Assert.Equal(ReleaseReason.Manual, Assert.IsType<CheckOutcome.Ended>(await CheckAsync(lease)).End?.Reason);
        closing.SetResult(new CloseOutcome.Free());
        await releasing;
    }

    [Fact]
    public async Task Checking_a_lease_does_not_extend_it()
    {
        var lease = await _node.HoldAsync("door", "one");
        await _node.PassAsync(20);
        Assert.IsType<CheckOutcome.Live>(await CheckAsync(lease));

        await _node.PassAsync(11);
        await lease.Released;

        Assert.Equal(ReleaseReason.Expired, Assert.IsType<CheckOutcome.Ended>(await CheckAsync(lease)).End?.Reason);
    }

    [Fact]
    public async Task A_session_that_is_leaving_may_still_write_and_goes_on_leaving()
    {
        var lease = await _node.HoldAsync("door", "one");
        _node.Leases.Leave(lease, s_left, TimeSpan.FromSeconds(1));

        Assert.IsType<CheckOutcome.Live>(await CheckAsync(lease));
        await _node.PassAsync(1.5);
        await lease.Released;

        Assert.Equal(s_left, Assert.IsType<CheckOutcome.Ended>(await CheckAsync(lease)).End);
    }

    [Fact]
    public async Task While_the_camera_opens_the_answer_waits_and_then_is_what_came_of_it()
    {
        var opened = new TaskCompletionSource();
        _node.Captures.Opening = _ => opened.Task;
        var acquiring = _node.AcquireAsync("door", new AcquireOptions("one"));
        await Eventually.TrueAsync(() => _node.Leases.Live.Any(), "the lease is granted");
        var lease = _node.Leases.Live.Single();
        using var impatient = new CancellationTokenSource();

        var asked = CheckAsync(lease);
        var askedInVain = _node.Leases.CheckAsync(lease.Id, "door", lease.FencingToken, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => askedInVain);
        Assert.False(asked.IsCompleted);

        opened.SetException(new CameraUnavailableException("door", new CaptureFailure(CaptureFailureCode.DeviceMissing, "It is gone.")));
        await Assert.ThrowsAsync<CameraUnavailableException>(() => acquiring);

        Assert.Equal(ReleaseReason.OpenFailed, Assert.IsType<CheckOutcome.Ended>(await asked).End?.Reason);
    }

    [Fact]
    public void By_the_clock_a_lease_ends_in_time_even_where_its_timer_is_late()
    {
        var clock = new FakeTimeProvider();
        var lease = new CameraLease(
            new CameraSlot(BrowserCamera.Create(BrowsersCamera), mostHolders: 1), "here", "one", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(50), clock, (_, _) => { });
        lease.Grant(new StoreGrant.Granted(lease.Id, 7, clock.GetUtcNow()), clock.GetTimestamp());
        Assert.True(lease.TryExtend(clock.GetTimestamp()));

        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(lease.EndByNow);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ReleaseReason.Expired, lease.EndByNow?.Reason);

        Assert.True(lease.TryExtend(clock.GetTimestamp()));
        lease.Leave(s_left, TimeSpan.FromSeconds(1), yields: true);
        Assert.Null(lease.EndByNow);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(s_left, lease.EndByNow);

        Assert.True(lease.ComeBack());
        Assert.Null(lease.EndByNow);
        clock.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(ReleaseReason.MaxHold, lease.EndByNow?.Reason);

        lease.TryEnd(new LeaseEnd(ReleaseReason.Manual));
        Assert.Equal(ReleaseReason.Manual, lease.EndByNow?.Reason);
    }

    private Task<CheckOutcome> CheckAsync(CameraLease lease, string? cameraId = null, long? token = null) =>
        _node.Leases.CheckAsync(lease.Id, cameraId ?? lease.CameraId, token ?? lease.FencingToken, Cancel);
}
