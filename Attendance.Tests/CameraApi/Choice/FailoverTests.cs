using Attendance.CameraApi;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Store;
using Attendance.Tests.CameraApi.Capture;
using Attendance.Tests.CameraApi.Leases;
using Attendance.Tests.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Choice;

/// <summary>Tests what happens to a lease whose camera is lost, on a real store, with hardware that the test controls.</summary>
public sealed class FailoverTests : IClassFixture<GarnetStore>, IAsyncDisposable
{
    private readonly LeaseNode _node;
    private readonly CameraEvents.Listener _told;

    public FailoverTests(GarnetStore store)
    {
        _node = new LeaseNode(
            store.ConnectionString, ("Cameras:door:Tags:0", "entrance"), ("Cameras:gate:Tags:0", "entrance"), ("Cameras:attic:Source", "test-pattern"));
        _told = Get<CameraEvents>().Listen();
        _ = _node.StartAsync<Failover>();
    }

    private CameraLeases Leases => _node.Leases;

    private FakeCaptures Captures => _node.Captures;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _told.Dispose();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_moves_to_the_camera_most_like_the_one_that_was_lost()
    {
        var lease = await HoldAsync("door", "one");
        var until = lease.ExpiresAt;

        Lose(0);
        await lease.Released;

        var moved = Assert.Single(Leases.HeldBy("one"));
        Assert.Same(moved, lease.Current);
        Assert.Same(moved, Leases.Find(lease.Id));
        Assert.Equal(("gate", lease.Id, lease.SessionHash), (moved.CameraId, moved.Id, moved.SessionHash));
        Assert.True(moved.ExpiresAt <= until); // a move does not extend the lease
        Assert.Equal(1, Captures.Open);
        Assert.Equal(1, _node.Active.GetMeasurementSnapshot().EvaluateAsCounter());
        Assert.Contains(Told(), told => told == (CameraEventType.LeaseMoved, "gate", "from door"));
    }

    [Fact]
    public async Task Each_camera_has_one_end_of_its_own_and_the_first_says_where_it_went()
    {
        var lease = await HoldAsync("door", "one");
        Lose(0);
        await lease.Released;
        await Leases.EndAsync(lease.Current, new LeaseEnd(ReleaseReason.Client));

        var (door, gate) = (await EndsAsync("door"), await EndsAsync("gate"));
        Assert.Equal(("device_lost", "moved to gate"), (Assert.Single(door).Reason, door[0].Detail));
        Assert.Equal("client", Assert.Single(gate).Reason);
        Assert.Equal(door[0].LeaseRef, gate[0].LeaseRef);
        Assert.Equal(ReleaseReason.Client, Get<EndedLeases>().Find(lease.Id)?.Reason);
        Assert.Empty(await Get<LeaseStore>().FindHeldAsync());
        Assert.Equal(0, _node.Active.GetMeasurementSnapshot().EvaluateAsCounter());
    }

    [Fact]
    public async Task The_token_of_the_lost_camera_is_refused_and_that_of_the_other_counts()
    {
        var lease = await HoldAsync("door", "one");
        Lose(0);
        await lease.Released;

        Assert.IsType<CheckOutcome.Live>(await Leases.CheckAsync(lease.Id, "gate", lease.Current.FencingToken, Cancel));
        Assert.IsType<CheckOutcome.StaleToken>(await Leases.CheckAsync(lease.Id, "gate", lease.FencingToken, Cancel));
        Assert.IsType<CheckOutcome.Ended>(await Leases.CheckAsync(lease.Id, "door", lease.FencingToken, Cancel));
    }

    [Fact]
    public async Task Those_who_share_a_camera_go_on_sharing_the_one_that_replaces_it()
    {
        var wish = new AcquireOptions("one", Failover: new CameraRequirements(), Mode: LeaseMode.Shared);
        var leases = new[] { await _node.HoldAsync("door", wish with { Role = "guard" }), await _node.HoldAsync("door", wish with { SessionHash = "two" }) };

        Lose(0);
        await Task.WhenAll(leases.Select(lease => lease.Released));

        Assert.All(leases, lease => Assert.Equal(("gate", LeaseMode.Shared), (lease.Current.CameraId, lease.Current.Mode)));
        Assert.Equal("guard", leases[0].Current.Stored.Role);
        Assert.Same(leases[0].Current.Capture, leases[1].Current.Capture);
        Assert.Equal(1, Captures.Open);
        Assert.NotEqual(leases[0].Current.FencingToken, leases[1].Current.FencingToken);
    }

    [Fact]
    public async Task A_renewal_is_told_the_camera_that_the_lease_has_moved_to()
    {
        var lease = await HoldAsync("door", "one");
        Lose(0);
        await lease.Released;

        Assert.Equal("gate", (await Leases.RenewAsync(lease.Id))?.CameraId);
        Assert.True(await Leases.RenewAsync(lease.Current));
    }

    [Fact]
    public async Task A_camera_that_somebody_else_has_is_left_alone()
    {
        await HoldAsync("gate", "two");
        var lease = await HoldAsync("door", "one");
        Lose(1);
        await lease.Released;

        Assert.Equal("attic", lease.Current.CameraId);
        Assert.Equal("gate", Assert.Single(Leases.HeldBy("two")).CameraId);
    }

    [Fact]
    public async Task A_lease_waits_for_its_own_while_none_is_free_and_takes_the_first_that_becomes_so()
    {
        await HoldAsync("attic", "two");
        var other = await HoldAsync("gate", "three");
        var lease = await HoldAsync("door", "one", TimeSpan.FromHours(1));
        Lose(2, forGood: false);
        await AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Null(lease.End);

        await Leases.EndAsync(other, new LeaseEnd(ReleaseReason.Client));
        await AdvanceAsync(TimeSpan.FromSeconds(2));

        await lease.Released.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal("gate", lease.Current.CameraId);
    }

    [Fact]
    public async Task A_camera_that_does_not_open_is_passed_over()
    {
        var lease = await HoldAsync("door", "one");
        var asked = 0;
        Captures.Opening = _ => ++asked == 1
            ? throw new CameraUnavailableException("gate", new CaptureFailure(CaptureFailureCode.OpenFailed, "It is broken."))
            : Task.CompletedTask;
        Lose(0);
        await lease.Released;

        Assert.Equal("attic", lease.Current.CameraId);
        Assert.Equal("open_failed", Assert.Single(await EndsAsync("gate")).Reason);
        Assert.Equal(["attic"], await Get<LeaseStore>().FindHeldAsync());
    }

    [Fact]
    public async Task A_lease_that_was_not_asked_to_move_ends_with_its_camera()
    {
        var lease = await HoldAsync("door", "one", failover: false);
        Lose(0);
        await lease.Released;

        Assert.Null(lease.MovedTo);
        Assert.Empty(Leases.HeldBy("one"));
        Assert.Null(Assert.Single(await EndsAsync("door")).Detail);
    }

    [Fact]
    public async Task A_lease_released_while_it_moves_is_released_on_both_cameras()
    {
        var lease = await HoldAsync("door", "one");
        var opening = new TaskCompletionSource();
        Captures.Opening = _ => opening.Task;
        Captures.Created.First().Failing.SetResult();
        await Eventually.TrueAsync(() => Captures.Open == 2, "both are open");

        Assert.Same(lease, Assert.Single(Leases.HeldBy("one"))); // the lease has not moved
        var release = Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Client));
        opening.SetResult();
        await release;
        await Eventually.TrueAsync(() => Captures.Open == 0, "none is open");

        Assert.Null(lease.MovedTo);
        await Eventually.TrueAsync(() => Slot("gate").Lease is null, "the gate is free");
        Assert.Equal("client", Assert.Single(await EndsAsync("door")).Reason);
        Assert.Equal("client", Assert.Single(await EndsAsync("gate")).Reason);
        Assert.Equal(0, _node.Active.GetMeasurementSnapshot().EvaluateAsCounter());
    }

    [Fact]
    public async Task A_release_just_after_a_move_ends_the_lease_on_its_new_camera()
    {
        var lease = await HoldAsync("door", "one");
        Lose(0);
        await lease.Released;

        await Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Manual));

        Assert.Equal(0, Captures.Open);
        Assert.Equal("manual", Assert.Single(await EndsAsync("gate")).Reason);
    }

    [Fact]
    public async Task A_session_that_is_leaving_goes_on_leaving()
    {
        var lease = await HoldAsync("door", "one");
        lease.Leave(new LeaseEnd(ReleaseReason.Disconnected), TimeSpan.FromSeconds(2), yields: false);
        Lose(0);
        await lease.Released;

        await AdvanceAsync(TimeSpan.FromSeconds(4));

        await lease.Current.Released.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal(ReleaseReason.Disconnected, lease.Current.End?.Reason);
    }

    [Fact]
    public async Task However_often_it_moves_a_lease_ends_after_the_longest_hold()
    {
        var lease = await HoldAsync("door", "one", TimeSpan.FromHours(1));
        for (var half = 0; half < 4; half++)
        {
            _node.Clock.Advance(TimeSpan.FromMinutes(50));
            Assert.NotNull(await Leases.RenewAsync(lease.Id));
        }

        Lose(0);
        await lease.Released;
        Assert.NotNull(await Leases.RenewAsync(lease.Id));
        _node.Clock.Advance(TimeSpan.FromMinutes(41));

        await lease.Current.Released.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal(ReleaseReason.MaxHold, lease.Current.End?.Reason);
    }

    /// <summary>The node was killed after the store had granted the other camera, and before it was told of the first one's end.</summary>
    [Fact]
    public async Task A_lease_that_a_crash_left_on_two_cameras_goes_on_where_it_came_last()
    {
        var store = Get<LeaseStore>();
        var id = Identifiers.NewLeaseId();
        await store.AcquireAsync("door", id, "one", TimeSpan.FromMinutes(1));
        await Task.Delay(5, Cancel); // lets the store's clock, which counts milliseconds, go on
        var granted = Assert.IsType<StoreGrant.Granted>(await store.AcquireAsync("gate", id, "one", TimeSpan.FromMinutes(1)));

        await _node.RunUpkeepAsync();

        var lease = Assert.Single(Leases.Live);
        await lease.Opened;
        Assert.Equal(("gate", id, granted.FencingToken), (lease.CameraId, lease.Id, lease.FencingToken));
        Assert.Equal(["gate"], await store.FindHeldAsync());
        Assert.Equal(("device_lost", "moved to gate"), ((await EndsAsync("door")).Single().Reason, (await EndsAsync("door")).Single().Detail));
        await Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Client));
        Assert.Equal(ReleaseReason.Client, Get<EndedLeases>().Find(id)?.Reason);
    }

    /// <summary>The node is killed, so its next run knows the lease only from the store.</summary>
    [Fact]
    public async Task A_lease_that_may_move_may_so_after_a_restart_and_one_that_may_not_does_not()
    {
        await Get<BackgroundStoreWriter>().StartAsync(Cancel);
        var (moves, stays) = (await HoldAsync("door", "one"), await HoldAsync("attic", "two", failover: false));
        var wishes = Get<FailoverWishes>();
        await WishesAsync(wishes, 1);
        await using var next = _node.Restarted();
        await next.StartAsync<Failover>();
        await next.Get<BackgroundStoreWriter>().StartAsync(Cancel);
        await next.RunUpkeepAsync();
        await Eventually.TrueAsync(() => next.Captures.Created.Count == 2, "two are opened");

        foreach (var capture in next.Captures.Created)
        {
            capture.Loss.TrySetResult(CaptureLoss.DeviceLost);
        }

        await Eventually.TrueAsync(() => next.Leases.Live.Select(lease => (lease.Id, lease.CameraId)).SequenceEqual([(moves.Id, "gate")]), "the leases are where they moved to");
        Assert.Equal(ReleaseReason.DeviceLost, next.Get<EndedLeases>().Find(stays.Id)?.Reason);
        await WishesAsync(wishes, 1);
        await next.Leases.EndAsync(next.Leases.Find(moves.Id)!, new LeaseEnd(ReleaseReason.Client));
        await WishesAsync(wishes, 0);
    }

    [Fact]
    public async Task However_many_lose_their_cameras_at_once_nobody_shares_one()
    {
        var leases = new[] { await HoldAsync("door", "one"), await HoldAsync("attic", "two") };
        var opened = 0;
        Captures.Opening = async _ =>
        {
            Interlocked.Increment(ref opened);
            await Task.Yield();
        };

        Lose(0);
        Lose(1);
        await Task.WhenAll(leases.Select(lease => lease.Released)).WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        Assert.Equal("gate", Assert.Single(Leases.Live).CameraId);
        Assert.Equal(1, opened);
        Assert.Equal(1, Captures.Open);
    }

    private T Get<T>() where T : notnull => _node.Get<T>();

    private CameraSlot Slot(string cameraId) => _node.Slot(cameraId);

    private Task<CameraLease> HoldAsync(string cameraId, string session, TimeSpan? ttl = null, bool failover = true) =>
        _node.HoldAsync(cameraId, new AcquireOptions(session, ttl, Failover: failover ? new CameraRequirements() : null));

    private void Lose(int capture, bool forGood = true)
    {
        var lost = Captures.Created.ElementAt(capture);
        lost.Failing.TrySetResult();
        if (forGood)
        {
            lost.Loss.TrySetResult(CaptureLoss.DeviceLost);
        }
    }

    private Task<IReadOnlyList<LedgerEntry>> EndsAsync(string cameraId) => Get<LeaseStore>().ReadLedgerAsync(cameraId, 10);

    private List<(CameraEventType, string, string?)> Told()
    {
        var all = new List<(CameraEventType, string, string?)>();
        while (_told.TryRead(out var told))
        {
            all.Add((told.Type, told.CameraId, told.Detail));
        }

        return all;
    }

    /// <summary>Moves the clock in steps, so that a loop that waits again runs after each.</summary>
    private async Task AdvanceAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            _node.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(30, Cancel);
        }
    }

    private static Task<TimeSpan> WishesAsync(FailoverWishes wishes, int count) =>
        Eventually.TrueAsync(async () => (await wishes.ReadAsync()).Count == count, TimeSpan.FromSeconds(10), $"there are {count} wishes");
}
