using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Upkeep;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>Tests a session that says goodbye and may come back, as a reloaded page does.</summary>
public sealed class LeavingTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncDisposable
{
    private static readonly LeaseEnd s_left = new(ReleaseReason.PageHide);
    private readonly PresenceNode _node = new(store.ConnectionString);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_session_that_stays_away_loses_its_camera_for_the_reason_it_gave()
    {
        var lease = await _node.HoldAsync("door", "one");
        Leave(lease);

        await _node.PassAsync(0.4);
        Assert.Null(lease.End);
        await _node.PassAsync(0.2);
        await lease.Released;

        Assert.Equal(s_left, lease.End);
    }

    [Fact]
    public async Task A_session_that_asks_again_keeps_its_lease()
    {
        var lease = await _node.HoldAsync("door", "one");
        Leave(lease);

        Assert.Same(lease, await _node.HoldAsync("door", "one"));
        await _node.PassAsync(5);

        Assert.Null(lease.End);
    }

    [Fact]
    public async Task A_goodbye_that_is_said_again_does_not_prolong_the_first()
    {
        var lease = await _node.HoldAsync("door", "one");
        Leave(lease);
        await _node.PassAsync(0.4);
        Leave(lease);

        await _node.PassAsync(0.2);

        Assert.Equal(s_left, lease.End);
    }

    [Fact]
    public async Task A_goodbye_for_good_does_not_wait_for_one_that_leaves_time()
    {
        var lease = await _node.HoldAsync("door", "one");
        Leave(lease);

        await _node.Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Manual));

        Assert.Equal(ReleaseReason.Manual, lease.End?.Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_else_wants_the_camera_gets_it_at_once(bool takeover)
    {
        var lease = await _node.HoldAsync("door", "one");
        Leave(lease);

        Assert.IsType<AcquireOutcome.Granted>(await _node.AcquireAsync("door", new AcquireOptions("two", Takeover: takeover)));

        Assert.Equal(s_left, lease.End);
    }

    [Fact]
    public async Task A_session_already_in_line_gets_a_leaving_sessions_camera_at_once()
    {
        var lease = await _node.HoldAsync("door", "one");
        var waiting = _node.AcquireAsync("door", new AcquireOptions("two", Wait: TimeSpan.FromMinutes(1)));

        Leave(lease);

        Assert.IsType<AcquireOutcome.Granted>(await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel));
        Assert.Equal(s_left, lease.End);
    }

    [Fact]
    public async Task Auto_takes_a_free_camera_before_one_whose_session_may_come_back()
    {
        var lease = await _node.HoldAsync("door", "one");
        Leave(lease);

        var second = Assert.IsType<AcquireOutcome.Granted>(await AnyAsync("two"));
        Assert.Equal(("gate", null), (second.Lease.CameraId, lease.End));

        var third = Assert.IsType<AcquireOutcome.Granted>(await AnyAsync("three"));
        Assert.Equal(("door", s_left), (third.Lease.CameraId, lease.End));
    }

    [Fact]
    public async Task A_dry_run_says_who_would_leave_and_nobody_leaves()
    {
        var lease = await _node.HoldAsync("door", "one");

        var result = _node.Get<Cleanup>().LeaveSessions(["one"], s_left, TimeSpan.FromSeconds(1), isDryRun: true);
        await _node.PassAsync(5);

        Assert.Equal("door", Assert.Single(result.Leaving).CameraId);
        Assert.Null(lease.End);
    }

    private void Leave(CameraLease lease) => Assert.Equal(
        [lease.CameraId],
        _node.Get<Cleanup>().LeaveSessions([lease.SessionHash], s_left, TimeSpan.FromMilliseconds(500), isDryRun: false).Leaving.Select(one => one.CameraId));

    private Task<AcquireOutcome?> AnyAsync(string session) =>
        _node.Get<CameraChoice>().AcquireAsync(new CameraRequirements(), new AcquireOptions(session), Cancel);
}
