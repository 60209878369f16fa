using Attendance.CameraApi;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Upkeep;
using Attendance.Tests.CameraApi.Capture;
using Attendance.Tests.Stores;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>Tests leases that share a camera: one use of the camera for all, and a lease, a token and an end for each.</summary>
public sealed class SharedLeasesTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncDisposable
{
    private static readonly LeaseEnd s_given = new(ReleaseReason.Client);
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly LeaseNode _node = new(store.ConnectionString, ("Leases:MaxHolders", "3"));

    private FakeCaptures Captures => _node.Captures;

    private CameraSlot Door => _node.Slot("door");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Several_share_one_use_of_the_camera_and_the_last_one_closes_it()
    {
        var guard = await ShareAsync("guard");
        var recognizer = await ShareAsync("recognizer");

        Assert.NotEqual(guard.Id, recognizer.Id);
        Assert.True(recognizer.FencingToken > guard.FencingToken);
        Assert.Same(guard.Capture, recognizer.Capture);
        Assert.Equal((1, 2), (Captures.Open, _node.Leases.LiveCount));

        await _node.Leases.EndAsync(guard, s_given);
        Assert.False(recognizer.Ended.IsCancellationRequested);
        Assert.Equal((1, 0), (Captures.Open, Captures.Closings));
        Assert.True(await _node.Leases.RenewAsync(recognizer));

        await _node.Leases.EndAsync(recognizer, s_given);
        Assert.Equal((0, 1), (Captures.Open, Captures.Closings));
        Assert.Equal([("recognizer", LeaseMode.Shared), ("guard", LeaseMode.Shared)], await EndsAsync(guard, recognizer));
        await _node.HoldAsync("door", "alone");
    }

    [Fact]
    public async Task An_exclusive_wish_and_a_shared_one_keep_each_other_out()
    {
        var shared = await ShareAsync("guard");
        Assert.IsType<AcquireOutcome.InUse>(await _node.AcquireAsync("door", new AcquireOptions("alone")));

        await _node.Leases.EndAsync(shared, s_given);
        await _node.HoldAsync("door", "alone");
        Assert.IsType<AcquireOutcome.InUse>(await WishAsync("guard"));
    }

    [Fact]
    public async Task A_session_holds_a_camera_once_and_in_one_mode()
    {
        var lease = await ShareAsync("guard");

        var again = Assert.IsType<AcquireOutcome.Granted>(await WishAsync("guard"));
        Assert.Same(lease, again.Lease);
        Assert.False(again.IsNew);
        Assert.Equal(LeaseMode.Shared, Assert.IsType<AcquireOutcome.OtherMode>(await _node.AcquireAsync("door", new AcquireOptions("guard"))).Held);

        await _node.HoldAsync("gate", "guard");
        Assert.Equal(LeaseMode.Exclusive, Assert.IsType<AcquireOutcome.OtherMode>(await _node.AcquireAsync("gate", Wish("guard"))).Held);
    }

    [Fact]
    public async Task A_session_that_gave_its_lease_back_gets_another_while_others_have_the_camera()
    {
        await ShareAsync("guard");
        var first = await ShareAsync("recognizer");
        _ = _node.Leases.EndAsync(first, s_given);

        var second = await ShareAsync("recognizer");

        Assert.NotEqual(first.Id, second.Id);
        Assert.Null(second.End);
        Assert.Equal(1, Captures.Open);
    }

    [Fact]
    public async Task Of_many_sessions_that_race_for_both_modes_either_one_or_only_sharers_win()
    {
        await using var node = new LeaseNode(store.ConnectionString, ("Leases:MaxHolders", "50"));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => node.AcquireAsync(
            "door", new AcquireOptions($"session-{number}", Mode: number % 5 == 0 ? LeaseMode.Exclusive : LeaseMode.Shared))));

        var won = outcomes.OfType<AcquireOutcome.Granted>().Select(granted => granted.Lease).ToList();
        Assert.Equal(1, node.Captures.Open);
        Assert.True(won.Count == 1 || won.TrueForAll(lease => lease.Mode == LeaseMode.Shared), string.Join(", ", won.Select(lease => lease.Mode)));
        Assert.Equal(won.Count, won.Select(lease => lease.FencingToken).Distinct().Count());
    }

    [Fact]
    public async Task The_camera_goes_on_opening_for_the_others_when_the_first_one_leaves()
    {
        var opens = new TaskCompletionSource();
        Captures.Opening = cancellationToken => opens.Task.WaitAsync(cancellationToken);
        using var leaving = new CancellationTokenSource();
        var first = _node.AcquireAsync("door", Wish("first"), leaving.Token);
        await Eventually.TrueAsync(() => Captures.Open == 1, "the camera is opening");
        var second = WishAsync("second");
        await Eventually.TrueAsync(() => Door.Leases.Count == 2, "the second has joined");

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Eventually.TrueAsync(() => Door.Leases.Count == 1, "the first is gone");
        Assert.False(second.IsCompleted);
        opens.SetResult();

        Assert.IsType<AcquireOutcome.Granted>(await second);
        Assert.Equal((1, 0), (Captures.Open, Captures.Closings));
    }

    [Fact]
    public async Task A_camera_that_does_not_open_is_said_to_all_and_counted_once()
    {
        var opens = new TaskCompletionSource();
        Captures.Opening = _ => opens.Task;
        var wishes = Enumerable.Range(0, 3).Select(number => WishAsync($"session-{number}")).ToList();
        await Eventually.TrueAsync(() => Door.Leases.Count == 3, "all have joined");

        opens.SetException(new CameraUnavailableException("door", new CaptureFailure(CaptureFailureCode.DeviceMissing, "There is no such device.")));

        foreach (var wish in wishes)
        {
            await Assert.ThrowsAsync<CameraUnavailableException>(() => wish);
        }

        Assert.Equal(1, Door.Failures);
        Assert.Equal((0, 1), (Captures.Open, Captures.Closings));
        Assert.Empty(Door.Leases);
    }

    [Fact]
    public async Task A_camera_that_is_lost_ends_all_leases_and_is_closed_once()
    {
        var leases = new[] { await ShareAsync("guard"), await ShareAsync("recognizer") };

        Captures.Created.Single().Loss.SetResult(CaptureLoss.DeviceLost);
        await Task.WhenAll(leases.Select(lease => lease.Released));

        Assert.All(leases, lease => Assert.Equal(ReleaseReason.DeviceLost, lease.End?.Reason));
        Assert.Equal((0, 1), (Captures.Open, Captures.Closings));
    }

    [Fact]
    public async Task A_camera_that_is_not_shown_to_be_free_is_in_quarantine_when_the_last_one_has_left()
    {
        Captures.Closing = () => Task.FromResult<CloseOutcome>(new CloseOutcome.NotFree("it hangs", () => Task.FromResult(false)));
        var guard = await ShareAsync("guard");
        var recognizer = await ShareAsync("recognizer");

        Assert.IsType<CloseOutcome.Free>(await _node.Leases.EndAsync(guard, s_given));
        Assert.Null(Door.Quarantine);
        Assert.IsType<CloseOutcome.NotFree>(await _node.Leases.EndAsync(recognizer, s_given));

        Assert.NotNull(Door.Quarantine);
        Assert.IsType<AcquireOutcome.Quarantined>(await WishAsync("guard"));
    }

    [Fact]
    public async Task A_shared_wish_does_not_overtake_an_exclusive_one_that_waits()
    {
        var guard = await ShareAsync("guard");
        var alone = _node.AcquireAsync("door", new AcquireOptions("alone", Wait: s_minute));
        await Eventually.TrueAsync(() => Door.IsAwaited, "it stands in line");

        Assert.IsType<AcquireOutcome.InUse>(await WishAsync("late"));
        var behind = WishAsync("behind", s_minute);
        var takes = await _node.AcquireAsync("door", Wish("takes") with { Takeover = true });
        Assert.IsType<AcquireOutcome.InUse>(takes); // nobody's lease is in its way, only the line
        Assert.Null(guard.End);

        await _node.Leases.EndAsync(guard, s_given);
        var first = Assert.IsType<AcquireOutcome.Granted>(await alone).Lease;
        Assert.False(behind.IsCompleted);
        await _node.Leases.EndAsync(first, s_given);
        Assert.IsType<AcquireOutcome.Granted>(await behind);
    }

    [Fact]
    public async Task Who_waits_behind_an_exclusive_wish_is_let_in_when_that_one_leaves_the_line()
    {
        await ShareAsync("guard");
        using var leaving = new CancellationTokenSource();
        var alone = _node.AcquireAsync("door", new AcquireOptions("alone", Wait: s_minute), leaving.Token);
        await Eventually.TrueAsync(() => Door.IsAwaited, "it stands in line");
        var behind = WishAsync("behind", s_minute);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => alone);
        Assert.IsType<AcquireOutcome.Granted>(await behind);
    }

    [Fact]
    public async Task All_shared_wishes_at_the_front_of_the_line_are_served_at_once()
    {
        var alone = await _node.HoldAsync("door", "alone");
        var shared = Enumerable.Range(0, 2).Select(number => WishAsync($"session-{number}", s_minute)).ToList();
        await Eventually.TrueAsync(() => Door.IsAwaited, "they stand in line");

        await _node.Leases.EndAsync(alone, s_given);

        Assert.All(await Task.WhenAll(shared), outcome => Assert.IsType<AcquireOutcome.Granted>(outcome));
        Assert.Equal(1, Captures.Open);
    }

    [Fact]
    public async Task A_takeover_ends_all_that_are_in_its_way()
    {
        var shared = new[] { await ShareAsync("one"), await ShareAsync("two") };
        var taken = new List<CameraLease>();

        var alone = Assert.IsType<AcquireOutcome.Granted>(
            await _node.AcquireAsync("door", new AcquireOptions("alone", Takeover: true) { TookOver = taken.Add })).Lease;

        Assert.Equal(shared, taken);
        Assert.All(shared, lease => Assert.Equal(ReleaseReason.Takeover, lease.End?.Reason));
        Assert.IsType<AcquireOutcome.Granted>(await _node.AcquireAsync("door", Wish("three") with { Takeover = true }));
        Assert.Equal(ReleaseReason.Takeover, alone.End?.Reason);
    }

    [Fact]
    public async Task No_more_share_a_camera_than_may()
    {
        var first = await ShareAsync("one");
        await ShareAsync("two");
        await ShareAsync("three");

        Assert.Equal(3, Assert.IsType<AcquireOutcome.Full>(await WishAsync("four")).Holders);
        var waits = WishAsync("four", s_minute);
        await Eventually.TrueAsync(() => Door.IsAwaited, "it stands in line");
        await _node.Leases.EndAsync(first, s_given);
        Assert.IsType<AcquireOutcome.Granted>(await waits);
    }

    [Fact]
    public async Task A_camera_has_one_holder_of_each_role()
    {
        var recognizer = await _node.HoldAsync("door", Wish("one") with { Role = "recognizer" });
        await _node.HoldAsync("door", Wish("guard") with { Role = "guard" });

        Assert.IsType<AcquireOutcome.InUse>(await _node.AcquireAsync("door", Wish("two") with { Role = "recognizer" }));
        var waits = _node.AcquireAsync("door", Wish("two") with { Role = "recognizer", Wait = s_minute });
        await Eventually.TrueAsync(() => Door.IsAwaited, "it stands in line");
        await ShareAsync("three"); // who waits for a role is in nobody else's way
        Assert.Equal("recognizer", Assert.IsType<AcquireOutcome.OtherMode>(await _node.AcquireAsync("door", Wish("one"))).Role);
        await _node.Leases.EndAsync(recognizer, s_given);

        Assert.Equal("recognizer", Assert.IsType<AcquireOutcome.Granted>(await waits).Lease.Stored.Role);
        Assert.Equal(["guard", "recognizer", null], (await _node.Get<LeaseStore>().ReadAsync("door")).Select(found => found.Lease.Role).OrderBy(role => role ?? "~", StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_has_said_goodbye_yields_only_if_that_makes_way()
    {
        var (leaves, stays) = (await ShareAsync("leaves"), await ShareAsync("stays"));
        _node.Leases.Leave(leaves, s_given, s_minute);

        Assert.IsType<AcquireOutcome.InUse>(await _node.AcquireAsync("door", new AcquireOptions("alone")));
        Assert.Null(leaves.End);
        _node.Leases.Leave(stays, s_given, s_minute);
        Assert.IsType<AcquireOutcome.Granted>(await _node.AcquireAsync("door", new AcquireOptions("alone")));

        Assert.All([leaves, stays], lease => Assert.Equal(ReleaseReason.Client, lease.End?.Reason));
    }

    [Fact]
    public async Task Each_lease_expires_by_itself()
    {
        var brief = await ShareAsync("brief");
        _node.Clock.Advance(TimeSpan.FromSeconds(20));
        var later = await ShareAsync("later");

        _node.Clock.Advance(TimeSpan.FromSeconds(11));
        await brief.Released;

        Assert.Equal(ReleaseReason.Expired, brief.End?.Reason);
        Assert.Null(later.End);
        Assert.Equal(1, Captures.Open);
    }

    [Fact]
    public async Task All_leases_of_an_earlier_run_go_on_with_one_use_of_the_camera()
    {
        var (guard, recognizer) = (await ShareAsync("guard"), await ShareAsync("recognizer"));

        await using var next = _node.Restarted();
        await next.RunUpkeepAsync();

        await Eventually.TrueAsync(() => next.Leases.LiveCount == 2, "both are continued");
        Assert.Equal([guard.Id, recognizer.Id], next.Slot("door").Leases.Select(lease => lease.Id).OrderBy(id => id == recognizer.Id));
        await Task.WhenAll(next.Slot("door").Leases.Select(lease => lease.Opened));
        Assert.Equal(1, next.Captures.Open);
        Assert.All(next.Slot("door").Leases, lease => Assert.Equal(LeaseMode.Shared, lease.Mode));
    }

    [Fact]
    public async Task A_lease_of_an_earlier_run_comes_before_who_waits_now()
    {
        var lost = Identifiers.NewLeaseId();
        await ShareAsync("guard");
        Assert.IsType<StoreGrant.Granted>(await _node.Get<LeaseStore>().AcquireAsync("door", lost, "recognizer", TimeSpan.FromSeconds(30), mode: LeaseMode.Shared));
        var alone = _node.AcquireAsync("door", new AcquireOptions("alone", Wait: s_minute));
        await Eventually.TrueAsync(() => Door.IsAwaited, "it stands in line");

        var found = (await _node.Get<LeaseStore>().ReadAsync("door")).Single(one => one.Lease.LeaseId == lost);
        Assert.True(_node.Leases.TryAdopt(Door, found));

        Assert.Equal(2, Door.Leases.Count);
        Assert.False(alone.IsCompleted);
    }

    [Fact]
    public async Task A_lease_that_the_store_still_has_is_ended_while_others_share_the_camera()
    {
        var guard = await ShareAsync("guard");
        var lost = Identifiers.NewLeaseId();
        Assert.IsType<StoreGrant.Granted>(await _node.Get<LeaseStore>().AcquireAsync("door", lost, "nobody", TimeSpan.FromSeconds(30), mode: LeaseMode.Shared));

        await _node.Get<Reconciliation>().CompareWithStoreAsync();

        Assert.Equal(guard.Id, Assert.Single(await _node.Get<LeaseStore>().ReadAsync("door")).Lease.LeaseId);
        Assert.Null(guard.End);
    }

    [Fact]
    public async Task Leases_that_the_store_has_lost_are_all_registered_again()
    {
        var (guard, recognizer) = (await ShareAsync("guard"), await ShareAsync("recognizer"));
        await using (var redis = await ConnectionMultiplexer.ConnectAsync(store.ConnectionString))
        {
            await redis.GetDatabase().KeyDeleteAsync($"attendance:{{{_node.Get<IOptions<NodeOptions>>().Value.Name}}}:lease:door");
        }

        await _node.Get<Reconciliation>().CompareWithStoreAsync();

        Assert.Equal([guard.Id, recognizer.Id], (await _node.Get<LeaseStore>().ReadAsync("door")).Select(found => found.Lease.LeaseId).OrderBy(id => id == recognizer.Id));
        Assert.All([guard, recognizer], lease => Assert.Null(lease.End));
    }

    private static AcquireOptions Wish(string session) => new(session, Mode: LeaseMode.Shared);

    private Task<AcquireOutcome> WishAsync(string session, TimeSpan wait = default) => _node.AcquireAsync("door", Wish(session) with { Wait = wait });

    private Task<CameraLease> ShareAsync(string session) => _node.HoldAsync("door", Wish(session));

    /// <returns>The session and the mode of each recorded end, newest first.</returns>
    private async Task<IEnumerable<(string Session, LeaseMode Mode)>> EndsAsync(params CameraLease[] leases) =>
        (await _node.Get<LeaseStore>().ReadLedgerAsync("door", 10)).Select(entry => (leases.Single(lease => lease.Ref == entry.LeaseRef).SessionHash, entry.Mode));
}
