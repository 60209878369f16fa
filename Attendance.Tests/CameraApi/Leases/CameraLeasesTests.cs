using Attendance.CameraApi;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Upkeep;
using Attendance.Tests.CameraApi.Capture;
using Attendance.Tests.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>Tests the life of a lease, on a real store, with a clock and hardware that the test controls.</summary>
public sealed class CameraLeasesTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncDisposable
{
    private readonly LeaseNode _node = new(store.ConnectionString);

    private CameraLeases Leases => _node.Leases;

    private FakeCaptures Captures => _node.Captures;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_held_camera_is_refused_to_others()
    {
        await HoldAsync("door", "one");

        Assert.IsType<AcquireOutcome.InUse>(await AcquireAsync("door", "two"));
        Assert.Equal(1, Captures.Open);
    }

    [Fact]
    public async Task The_same_session_gets_the_same_lease_again()
    {
        var first = await HoldAsync("door", "one");

        var again = Assert.IsType<AcquireOutcome.Granted>(await AcquireAsync("door", "one"));

        Assert.Same(first, again.Lease);
        Assert.False(again.IsNew);
    }

    [Fact]
    public async Task Of_many_sessions_that_race_exactly_one_wins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(session => AcquireAsync("door", $"session-{session}")));

        Assert.Single(outcomes.OfType<AcquireOutcome.Granted>());
        Assert.Equal(1, Captures.Open);
    }

    [Fact]
    public async Task Requests_of_one_session_that_race_share_one_lease()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AcquireAsync("door", "one")));

        Assert.Single(outcomes.Cast<AcquireOutcome.Granted>().Select(granted => granted.Lease).Distinct());
        Assert.Single(outcomes.Cast<AcquireOutcome.Granted>(), granted => granted.IsNew);
    }

    [Fact]
    public async Task An_unrenewed_lease_frees_its_camera()
    {
        var lease = await HoldAsync("door", "one");

        _node.Clock.Advance(TimeSpan.FromSeconds(30));
        await lease.Released;

        Assert.True(lease.Ended.IsCancellationRequested);
        Assert.Equal(ReleaseReason.Expired, lease.End?.Reason);
        Assert.Equal(0, Captures.Open);
        await HoldAsync("door", "two");
    }

    [Fact]
    public async Task Renewal_postpones_expiry_and_never_revives()
    {
        var lease = await HoldAsync("door", "one");
        _node.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.True(await Leases.RenewAsync(lease));
        _node.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Null(lease.End);

        _node.Clock.Advance(TimeSpan.FromSeconds(11));
        await lease.Released;

        Assert.False(await Leases.RenewAsync(lease));
    }

    [Fact]
    public async Task However_faithfully_renewed_a_lease_ends_after_the_longest_hold()
    {
        var lease = await HoldAsync("door", "one", TimeSpan.FromHours(1));
        for (var hour = 0; hour < 4; hour++)
        {
            _node.Clock.Advance(TimeSpan.FromMinutes(59));
            Assert.True(await Leases.RenewAsync(lease));
        }

        _node.Clock.Advance(TimeSpan.FromMinutes(4));
        await lease.Released;

        Assert.Equal(ReleaseReason.MaxHold, lease.End?.Reason);
    }

    [Fact]
    public async Task A_lease_ends_for_the_first_reason_and_is_recorded_once()
    {
        var lease = await HoldAsync("door", "one");

        await Task.WhenAll(
            Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.PageHide)),
            Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Forced)),
            Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Expired)));

        Assert.Equal("page_hide", Assert.Single(await Get<LeaseStore>().ReadLedgerAsync("door", 10)).Reason);
        Assert.Equal(0, _node.Active.GetMeasurementSnapshot().EvaluateAsCounter());
    }

    [Fact]
    public async Task A_camera_that_closes_slowly_stays_held_until_it_is_closed()
    {
        var closing = new TaskCompletionSource<CloseOutcome>();
        Captures.Closing = () => closing.Task;
        var lease = await HoldAsync("door", "one");

        var release = Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Client));
        var next = AcquireAsync("door", "two");
        await Eventually.TrueAsync(() => Captures.Closings == 1, "the camera is being closed");
        Assert.False(next.IsCompleted);
        Assert.Equal(["door"], await Get<LeaseStore>().FindHeldAsync());

        closing.SetResult(new CloseOutcome.Free());
        await release;
        Assert.IsType<AcquireOutcome.Granted>(await next);
    }

    [Fact]
    public async Task A_camera_that_does_not_open_is_not_left_leased()
    {
        Captures.Opening = _ => throw Unavailable();
        await Assert.ThrowsAsync<CameraUnavailableException>(() => AcquireAsync("door", "one"));

        Assert.Equal(0, Captures.Open);
        Assert.Empty(await Get<LeaseStore>().FindHeldAsync());
        Assert.Equal("open_failed", Assert.Single(await Get<LeaseStore>().ReadLedgerAsync("door", 10)).Reason);
        Captures.Opening = _ => Task.CompletedTask;
        await HoldAsync("door", "two");
        Assert.Equal(1, _node.Active.GetMeasurementSnapshot().EvaluateAsCounter());
    }

    [Fact]
    public async Task A_client_that_leaves_while_its_camera_opens_leaves_nothing_behind()
    {
        using var leaving = new CancellationTokenSource();
        Captures.Opening = opening => Task.Delay(Timeout.Infinite, opening);
        var acquiring = AcquireAsync("door", "one", cancellationToken: leaving.Token);
        await OpeningAsync();

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquiring);
        Assert.Equal(0, Captures.Open);
        Assert.Equal("disconnected", Assert.Single(await Get<LeaseStore>().ReadLedgerAsync("door", 10)).Reason);
    }

    [Fact]
    public async Task A_session_that_is_cleaned_up_while_its_camera_opens_does_not_get_it()
    {
        Captures.Opening = opening => Task.Delay(Timeout.Infinite, opening);
        var acquiring = AcquireAsync("door", "one");
        await OpeningAsync();

        await Task.WhenAll(Leases.HeldBy("one").Select(lease => Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.PageHide))));

        Assert.Equal(ReleaseReason.PageHide, Assert.IsType<AcquireOutcome.Ended>(await acquiring).End.Reason);
        Assert.Equal(0, Captures.Open);
    }

    [Fact]
    public async Task A_session_that_is_cleaned_up_while_its_camera_opens_does_not_get_it_even_when_it_opens()
    {
        var opened = new TaskCompletionSource();
        Captures.Opening = _ => opened.Task;
        var acquiring = AcquireAsync("door", "one");
        await OpeningAsync();

        var released = Leases.EndAsync(Assert.Single(Leases.HeldBy("one")), new LeaseEnd(ReleaseReason.PageHide));
        opened.SetResult();

        Assert.IsType<AcquireOutcome.Ended>(await acquiring);
        Assert.IsType<CloseOutcome.Free>(await released);
        Assert.Equal(0, Captures.Open);
    }

    [Fact]
    public async Task A_camera_that_is_not_shown_to_be_free_is_given_to_nobody()
    {
        Captures.Closing = () => Task.FromResult<CloseOutcome>(new CloseOutcome.NotFree("it hangs", () => Task.FromResult(false)));
        var lease = await HoldAsync("door", "one");

        await Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Client));

        Assert.Equal("it hangs", Assert.IsType<AcquireOutcome.Quarantined>(await AcquireAsync("door", "two")).Quarantine.Cause);
        Assert.Equal("client", Assert.Single(await Get<LeaseStore>().ReadLedgerAsync("door", 10)).Reason);
    }

    [Fact]
    public async Task A_takeover_ends_the_other_lease()
    {
        var first = await HoldAsync("door", "one");

        var second = Assert.IsType<AcquireOutcome.Granted>(
            await Leases.AcquireAsync(Slot("door"), new AcquireOptions("two", Takeover: true), Cancel));

        Assert.Equal(ReleaseReason.Takeover, first.End?.Reason);
        Assert.True(second.Lease.FencingToken > first.FencingToken);
        Assert.Equal(1, Captures.Open);
    }

    [Fact]
    public async Task Waiting_sessions_are_served_in_the_order_in_which_they_came()
    {
        var held = await HoldAsync("door", "one");
        var order = new List<string>();
        var waiting = new List<Task>();
        foreach (var session in new[] { "two", "three", "four" })
        {
            waiting.Add(WaitAsync(session)); // it is in line before its first wait
        }

        await Leases.EndAsync(held, new LeaseEnd(ReleaseReason.Client));
        await Task.WhenAll(waiting);

        Assert.Equal(["two", "three", "four"], order);

        async Task WaitAsync(string session)
        {
            var outcome = await Leases.AcquireAsync(Slot("door"), new AcquireOptions(session, Wait: TimeSpan.FromMinutes(1)), Cancel);
            var lease = Assert.IsType<AcquireOutcome.Granted>(outcome).Lease;
            order.Add(session);
            await Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Client));
        }
    }

    [Fact]
    public async Task A_session_that_leaves_the_line_loses_its_place()
    {
        var held = await HoldAsync("door", "one");
        using var leaving = new CancellationTokenSource();
        var first = Leases.AcquireAsync(Slot("door"), new AcquireOptions("two", Wait: TimeSpan.FromMinutes(1)), leaving.Token);
        var second = Leases.AcquireAsync(Slot("door"), new AcquireOptions("three", Wait: TimeSpan.FromMinutes(1)), Cancel);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Leases.EndAsync(held, new LeaseEnd(ReleaseReason.Client));

        Assert.IsType<AcquireOutcome.Granted>(await second);
    }

    [Fact]
    public async Task A_session_that_waits_in_vain_is_told_so()
    {
        await HoldAsync("door", "one", TimeSpan.FromHours(1));
        var waiting = Leases.AcquireAsync(Slot("door"), new AcquireOptions("two", Wait: TimeSpan.FromSeconds(10)), Cancel);

        await Eventually.TrueAsync(() => Slot("door").IsAwaited, "it stands in line");
        _node.Clock.Advance(TimeSpan.FromSeconds(11));

        Assert.IsType<AcquireOutcome.InUse>(await waiting);
    }

    [Fact]
    public async Task A_camera_that_is_lost_ends_its_lease()
    {
        var lease = await HoldAsync("door", "one");

        Captures.Created.Single().Loss.SetResult(CaptureLoss.DeviceLost);
        await lease.Released;

        Assert.Equal(ReleaseReason.DeviceLost, lease.End?.Reason);
    }

    [Fact]
    public async Task Closing_releases_everything_and_grants_nothing_more()
    {
        var held = await HoldAsync("door", "one");
        Captures.Opening = opening => Task.Delay(Timeout.Infinite, opening);
        var opening = AcquireAsync("gate", "two");
        await OpeningAsync(count: 2);

        await Leases.CloseAsync();

        Assert.Equal(ReleaseReason.Shutdown, held.End?.Reason);
        Assert.IsType<AcquireOutcome.Ended>(await opening);
        Assert.Equal(0, Captures.Open);
        Assert.IsType<AcquireOutcome.ShuttingDown>(await AcquireAsync("door", "three"));
    }

    [Fact]
    public async Task A_lease_of_an_earlier_run_whose_time_is_not_over_goes_on()
    {
        var past = await GrantedToAnEarlierRunAsync("door", TimeSpan.FromMinutes(1));

        await _node.RunUpkeepAsync();

        var lease = Assert.Single(Leases.Live);
        await lease.Opened;
        Assert.Equal(past.LeaseId, lease.Id);
        Assert.Equal(past.FencingToken, lease.FencingToken);
        Assert.Equal(1, Captures.Open);
        Assert.Same(lease, Assert.IsType<AcquireOutcome.Granted>(await AcquireAsync("door", "of-the-past")).Lease);
        Assert.IsType<AcquireOutcome.InUse>(await AcquireAsync("door", "of today"));
        Assert.True(await Leases.RenewAsync(lease));
        await Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Client));
        Assert.Equal("client", Assert.Single(await Get<LeaseStore>().ReadLedgerAsync("door", 10)).Reason);
    }

    [Fact]
    public async Task A_lease_that_goes_on_still_ends_when_its_session_does_not_come_back()
    {
        await GrantedToAnEarlierRunAsync("door", TimeSpan.FromMinutes(1));
        await _node.RunUpkeepAsync();
        var lease = Assert.Single(Leases.Live);

        _node.Clock.Advance(TimeSpan.FromMinutes(1));
        await lease.Released;

        Assert.Equal(ReleaseReason.Expired, lease.End?.Reason);
    }

    [Fact]
    public async Task A_lease_of_an_earlier_run_whose_time_is_over_is_settled()
    {
        await GrantedToAnEarlierRunAsync("door", TimeSpan.FromMilliseconds(20));
        await Eventually.TrueAsync(async () => (await Get<LeaseStore>().FindOverdueAsync(10)).Contains("door"), "its time is over");

        await _node.RunUpkeepAsync();

        Assert.Empty(Leases.Live);
        Assert.Equal("node_restarted", Assert.Single(await Get<LeaseStore>().ReadLedgerAsync("door", 10)).Reason);
        await HoldAsync("door", "one");
    }

    [Fact]
    public async Task A_lease_that_the_store_has_lost_is_registered_again_within_its_time()
    {
        var lease = await HoldAsync("door", "one");
        await LoseAsync("door");

        await Get<Reconciliation>().CompareWithStoreAsync();

        var found = Assert.Single(await Get<LeaseStore>().ReadAsync("door"));
        Assert.Equal(lease.Stored, found.Lease);
        Assert.True(found.Remaining <= TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task An_entry_of_the_store_that_nobody_here_holds_is_ended()
    {
        await GrantedToAnEarlierRunAsync("door", TimeSpan.FromMinutes(1));
        var held = await HoldAsync("gate", "one");

        await Get<Reconciliation>().CompareWithStoreAsync();

        Assert.Equal("node_lost", Assert.Single(await Get<LeaseStore>().ReadLedgerAsync("door", 10)).Reason);
        Assert.Null(held.End);
    }

    [Fact]
    public async Task A_camera_in_quarantine_comes_back_by_itself_when_it_is_free()
    {
        var isFree = false;
        Captures.Closing = () => Task.FromResult<CloseOutcome>(new CloseOutcome.NotFree("it hangs", () => Task.FromResult(isFree)));
        await Leases.EndAsync(await HoldAsync("door", "one"), new LeaseEnd(ReleaseReason.Client));
        await AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.IsType<AcquireOutcome.Quarantined>(await AcquireAsync("door", "two"));

        isFree = true;
        await AdvanceAsync(TimeSpan.FromSeconds(40));

        Captures.Closing = () => Task.FromResult<CloseOutcome>(new CloseOutcome.Free());
        await HoldAsync("door", "two");
    }

    private static CameraUnavailableException Unavailable() =>
        new("door", new CaptureFailure(CaptureFailureCode.DeviceMissing, "There is no such device."));

    private T Get<T>() where T : notnull => _node.Get<T>();

    private CameraSlot Slot(string cameraId) => _node.Slot(cameraId);

    private Task<AcquireOutcome> AcquireAsync(
        string cameraId, string session, TimeSpan? ttl = null, CancellationToken? cancellationToken = null) =>
        _node.AcquireAsync(cameraId, new AcquireOptions(session, ttl), cancellationToken);

    private Task<CameraLease> HoldAsync(string cameraId, string session, TimeSpan? ttl = null) => _node.HoldAsync(cameraId, session, ttl);

    private async Task<StoreGrant.Granted> GrantedToAnEarlierRunAsync(string cameraId, TimeSpan ttl) => Assert.IsType<StoreGrant.Granted>(
        await Get<LeaseStore>().AcquireAsync(cameraId, Identifiers.NewLeaseId(), "of-the-past", ttl));

    private async Task LoseAsync(string cameraId)
    {
        var redis = Get<StackExchange.Redis.IConnectionMultiplexer>();
        await foreach (var key in redis.GetServers().Single().KeysAsync(pattern: $"attendance:*{Get<Microsoft.Extensions.Options.IOptions<NodeOptions>>().Value.Name}*"))
        {
            await redis.GetDatabase().KeyDeleteAsync(key);
        }

        Assert.Empty(await Get<LeaseStore>().ReadAsync(cameraId));
    }

    /// <summary>Moves the clock in steps, so that a loop that waits again runs after each.</summary>
    private async Task AdvanceAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            _node.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, Cancel);
        }
    }

    private async Task OpeningAsync(int count = 1)
    {
        while (Captures.Open < count)
        {
            await Task.Delay(5, Cancel);
        }
    }
}
