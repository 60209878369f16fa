using Attendance.CameraApi;
using Attendance.CameraApi.Leases;
using Attendance.Tests.Stores;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>Tests that run on every kind of store. Each test has a node, and so keys, of its own.</summary>
public abstract class LeaseStoreTests(StoreServer server) : IAsyncLifetime
{
    private static readonly TimeSpan s_ttl = TimeSpan.FromSeconds(30);

    private readonly string _node = "node-" + Guid.NewGuid().ToString("N")[..12];
    private ConnectionMultiplexer _redis = null!;
    private LeaseStore _store = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        _redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        _store = NewStore(_redis);
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_held_camera_is_refused_to_another_session()
    {
        await AcquireAsync("door", "one");

        var refused = Assert.IsType<StoreGrant.Busy>(await _store.AcquireAsync("door", Identifiers.NewLeaseId(), "two", s_ttl));
        Assert.InRange(refused.Remaining, TimeSpan.FromSeconds(25), s_ttl);
    }

    [Fact]
    public async Task The_same_session_gets_the_same_lease_again()
    {
        var first = await AcquireAsync("door", "one");

        Assert.Equal(first, await AcquireAsync("door", "one"));
    }

    [Fact]
    public async Task What_is_kept_of_a_camera_that_nobody_uses_any_more_goes_after_90_days()
    {
        var lease = await AcquireAsync("door", "one");
        await _store.ReleaseAsync(
            new StoredLease("door", lease.LeaseId, "one", lease.FencingToken, lease.AcquiredAt, WasGranted: true), new LeaseEnd(ReleaseReason.Client));

        foreach (var kind in (string[])["lease", "ledger"])
        {
            var lasts = await _redis.GetDatabase().KeyTimeToLiveAsync($"attendance:{{{_node}}}:{kind}:door");
            Assert.InRange(lasts!.Value, TimeSpan.FromDays(89), TimeSpan.FromDays(90));
        }
    }

    [Fact]
    public async Task A_fencing_token_grows_with_every_lease()
    {
        var first = await AcquireAsync("door", "one");
        await _store.ReleaseAsync(first, new LeaseEnd(ReleaseReason.Client));

        var second = await AcquireAsync("door", "two");

        Assert.True(second.FencingToken > first.FencingToken);
    }

    [Fact]
    public async Task A_fencing_token_grows_even_over_a_store_that_lost_its_data()
    {
        var first = await AcquireAsync("door", "one");
        await LoseDataAsync();

        var second = await AcquireAsync("door", "two");

        Assert.True(second.FencingToken > first.FencingToken);
    }

    [Fact]
    public async Task A_lease_ends_once_however_often_it_is_released()
    {
        var lease = await AcquireAsync("door", "one");

        await _store.ReleaseAsync(lease, new LeaseEnd(ReleaseReason.PageHide));
        await _store.ReleaseAsync(lease, new LeaseEnd(ReleaseReason.Expired));

        var entry = Assert.Single(await _store.ReadLedgerAsync("door", 10));
        Assert.Equal("page_hide", entry.Reason);
        Assert.Equal(lease.FencingToken, entry.FencingToken);
        Assert.Equal(lease.AcquiredAt.ToUnixTimeMilliseconds(), entry.AcquiredAt);
        Assert.Equal(_node, entry.Node);
    }

    [Fact]
    public async Task A_late_release_leaves_the_next_lease_alone()
    {
        var stale = await AcquireAsync("door", "one");
        await _store.ReleaseAsync(stale, new LeaseEnd(ReleaseReason.Client));
        await AcquireAsync("door", "two");

        await _store.ReleaseAsync(stale, new LeaseEnd(ReleaseReason.Client));

        Assert.IsType<StoreGrant.Busy>(await _store.AcquireAsync("door", Identifiers.NewLeaseId(), "three", s_ttl));
        Assert.Single(await _store.ReadLedgerAsync("door", 10));
    }

    [Fact]
    public async Task A_late_release_leaves_a_lease_alone_that_moved_away_and_came_back()
    {
        var stale = await AcquireAsync("door", "one");
        await _store.ReleaseAsync(stale, new LeaseEnd(ReleaseReason.DeviceLost));
        var back = Assert.IsType<StoreGrant.Granted>(await _store.AcquireAsync("door", stale.LeaseId, stale.SessionHash, s_ttl));

        await _store.ReleaseAsync(stale, new LeaseEnd(ReleaseReason.DeviceLost));

        Assert.True(back.FencingToken > stale.FencingToken);
        Assert.IsType<StoreGrant.Busy>(await _store.AcquireAsync("door", Identifiers.NewLeaseId(), "three", s_ttl));
        await _store.ReleaseAsync(stale with { FencingToken = back.FencingToken }, new LeaseEnd(ReleaseReason.Client));
        Assert.Equal(["client", "device_lost"], (await _store.ReadLedgerAsync("door", 10)).Select(entry => entry.Reason));
    }

    [Fact]
    public async Task A_detail_in_a_clients_own_words_survives_as_it_was_said()
    {
        var lease = await AcquireAsync("door", "one");

        await _store.ReleaseAsync(lease, new LeaseEnd(ReleaseReason.Client, "said \"bye\" \\ ] } ü"));

        Assert.Equal("said \"bye\" \\ ] } ü", Assert.Single(await _store.ReadLedgerAsync("door", 10)).Detail);
    }

    [Fact]
    public async Task The_end_of_a_lease_that_the_store_lost_is_recorded_all_the_same()
    {
        var lease = await AcquireAsync("door", "one");
        await LoseDataAsync();

        await _store.ReleaseAsync(lease, new LeaseEnd(ReleaseReason.Client));

        Assert.Equal("client", Assert.Single(await _store.ReadLedgerAsync("door", 10)).Reason);
    }

    [Fact]
    public async Task A_lease_that_was_never_granted_leaves_no_record()
    {
        var asked = new StoredLease("door", Identifiers.NewLeaseId(), "one", 0, default, WasGranted: false);

        await _store.ReleaseAsync(asked, new LeaseEnd(ReleaseReason.OpenFailed));

        Assert.Empty(await _store.ReadLedgerAsync("door", 10));
    }

    [Fact]
    public async Task A_grant_whose_answer_was_lost_can_be_taken_back()
    {
        var leaseId = Identifiers.NewLeaseId();
        await _store.AcquireAsync("door", leaseId, "one", s_ttl);

        await _store.ReleaseAsync(new StoredLease("door", leaseId, "one", 0, default, WasGranted: false), new LeaseEnd(ReleaseReason.OpenFailed));

        await AcquireAsync("door", "two");
        Assert.Equal("open_failed", Assert.Single(await _store.ReadLedgerAsync("door", 10)).Reason);
    }

    [Fact]
    public async Task Renewal_postpones_the_deadline()
    {
        var lease = await AcquireAsync("door", "one", TimeSpan.FromMilliseconds(300));

        Assert.True(await _store.RenewAsync(lease, s_ttl));
        await AcquireAsync("gate", "two", TimeSpan.FromMilliseconds(300)); // overdue later than the first would have been

        await OverdueAsync("gate");
        Assert.Equal(["gate"], await _store.FindOverdueAsync(10));
    }

    [Fact]
    public async Task Renewal_never_revives_a_lease_that_has_ended()
    {
        var lease = await AcquireAsync("door", "one");
        await _store.ReleaseAsync(lease, new LeaseEnd(ReleaseReason.Client));

        Assert.False(await _store.RenewAsync(lease, s_ttl));
        Assert.False(await _store.RenewAsync(lease with { LeaseId = Identifiers.NewLeaseId() }, s_ttl) && await IsHeldTwiceAsync());

        async Task<bool> IsHeldTwiceAsync() => (await _store.FindHeldAsync()).Count > 1;
    }

    [Fact]
    public async Task Renewal_registers_again_what_the_store_lost_with_its_token()
    {
        var lease = await AcquireAsync("door", "one");
        await LoseDataAsync();

        Assert.True(await _store.RenewAsync(lease, s_ttl));

        Assert.IsType<StoreGrant.Busy>(await _store.AcquireAsync("door", Identifiers.NewLeaseId(), "two", s_ttl));
        Assert.Equal(lease, await AcquireAsync("door", "one"));
    }

    [Fact]
    public async Task Renewal_gives_way_to_a_lease_that_was_granted_meanwhile()
    {
        var lost = await AcquireAsync("door", "one");
        await LoseDataAsync();
        await AcquireAsync("door", "two");

        Assert.False(await _store.RenewAsync(lost, s_ttl));
    }

    [Fact]
    public async Task Renewal_gives_way_to_a_newer_token_even_when_its_lease_has_ended()
    {
        var lost = await AcquireAsync("door", "one");
        await LoseDataAsync();
        await _store.ReleaseAsync(await AcquireAsync("door", "two"), new LeaseEnd(ReleaseReason.Client));

        Assert.False(await _store.RenewAsync(lost, s_ttl));

        Assert.Empty(await _store.FindHeldAsync());
    }

    [Fact]
    public async Task An_overdue_lease_gives_way_and_its_end_is_recorded()
    {
        var overdue = await AcquireAsync("door", "one", TimeSpan.FromMilliseconds(50));
        await OverdueAsync("door");

        Assert.Equal(["door"], await _store.FindOverdueAsync(10));
        var next = await AcquireAsync("door", "two");

        Assert.True(next.FencingToken > overdue.FencingToken);
        Assert.Equal("expired", Assert.Single(await _store.ReadLedgerAsync("door", 10)).Reason);
    }

    [Fact]
    public async Task Settling_ends_what_is_overdue_and_leaves_what_is_not()
    {
        await AcquireAsync("door", "one", TimeSpan.FromMilliseconds(50));
        var gate = await AcquireAsync("gate", "one");
        await OverdueAsync("door");

        Assert.NotEmpty(await _store.SettleAsync("door", new LeaseEnd(ReleaseReason.Expired)));
        Assert.Empty(await _store.SettleAsync("gate", new LeaseEnd(ReleaseReason.Expired)));
        Assert.Equal(["gate"], await _store.FindHeldAsync());
        Assert.Equal([gate.LeaseId], await _store.SettleAsync("gate", new LeaseEnd(ReleaseReason.NodeRestarted), gate.LeaseId));
        Assert.Equal("node_restarted", Assert.Single(await _store.ReadLedgerAsync("gate", 10)).Reason);
    }

    [Fact]
    public async Task Settling_one_lease_leaves_its_successor_alone()
    {
        var first = await AcquireAsync("door", "one");
        await _store.ReleaseAsync(first, new LeaseEnd(ReleaseReason.Client));
        await AcquireAsync("door", "two");

        Assert.Empty(await _store.SettleAsync("door", new LeaseEnd(ReleaseReason.NodeLost), first.LeaseId));

        Assert.Equal(["door"], await _store.FindHeldAsync());
    }

    [Fact]
    public async Task A_lease_read_from_the_store_can_be_continued()
    {
        var lease = await AcquireAsync("door", "one");

        var found = Assert.Single(await _store.ReadAsync("door"));

        Assert.Equal(lease, found.Lease);
        Assert.Equal(s_ttl, found.Ttl);
        Assert.InRange(found.Remaining, TimeSpan.FromSeconds(25), s_ttl);
        Assert.InRange(found.Held, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Empty(await _store.ReadAsync("gate"));
    }

    [Fact]
    public async Task A_token_grows_over_what_was_seen_even_if_the_store_has_lost_its_data_and_its_clock_is_behind()
    {
        var seen = DateTimeOffset.UtcNow.AddHours(2).ToUnixTimeMilliseconds();

        var grant = Assert.IsType<StoreGrant.Granted>(await _store.AcquireAsync("door", Identifiers.NewLeaseId(), "one", s_ttl, newerThan: seen));

        Assert.Equal(seen + 1, grant.FencingToken);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_makes_no_lease_longer_than_it_was_granted()
    {
        await AcquireAsync("door", "one");
        var ahead = DateTimeOffset.UtcNow.AddHours(2).ToUnixTimeMilliseconds(); // the entry looks like one of a clock that was two hours ahead and set back
        var held = HeldEntry.Parse(await _redis.GetDatabase().StringGetAsync(Entry))!;
        await _redis.GetDatabase().StringSetAsync(Entry, (held with { AcquiredAt = ahead, Deadline = ahead + 30_000 }).ToString());

        var found = Assert.Single(await _store.ReadAsync("door"));
        var refused = Assert.IsType<StoreGrant.Busy>(await _store.AcquireAsync("door", Identifiers.NewLeaseId(), "two", s_ttl));

        Assert.Equal((s_ttl, TimeSpan.Zero), (found.Remaining, found.Held));
        Assert.Equal(s_ttl, refused.Remaining);
    }

    [Fact]
    public async Task A_ledger_keeps_the_last_500()
    {
        for (var i = 0; i < 505; i++)
        {
            await _store.ReleaseAsync(await AcquireAsync("door", "one"), new LeaseEnd(ReleaseReason.Test, $"{i}"));
        }

        var entries = await _store.ReadLedgerAsync("door", 1000);
        Assert.Equal(500, entries.Count);
        Assert.Equal("504", entries[0].Detail);
    }

    [Fact]
    public async Task A_ledger_is_trimmed_now_and_then()
    {
        for (var i = 0; i < 602; i++)
        {
            await _store.ReleaseAsync(await AcquireAsync("door", "one"), new LeaseEnd(ReleaseReason.Test));
        }

        Assert.InRange(await _redis.GetDatabase().ListLengthAsync($"attendance:{{{_node}}}:ledger:door"), 500, 600);
    }

    [Fact]
    public async Task What_is_kept_of_a_camera_is_kept_again_for_90_days_by_its_use()
    {
        await _store.ReleaseAsync(await AcquireAsync("door", "one"), new LeaseEnd(ReleaseReason.Client));
        RedisKey[] kept = [Entry, $"attendance:{{{_node}}}:ledger:door"];
        var longAgo = DateTimeOffset.UtcNow.AddDays(-40).ToUnixTimeMilliseconds();
        await _redis.GetDatabase().StringSetAsync(Entry, longAgo); // the last token, which is a time
        foreach (var key in kept)
        {
            await _redis.GetDatabase().KeyExpireAsync(key, TimeSpan.FromDays(50)); // stands for 40 days that have passed
        }

        await _store.ReleaseAsync(await AcquireAsync("door", "one"), new LeaseEnd(ReleaseReason.Client));

        foreach (var key in kept)
        {
            Assert.InRange((await _redis.GetDatabase().KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromDays(89), TimeSpan.FromDays(90));
        }
    }

    /// <summary>Writes an entry of the earlier format: a hash under the camera's name, and the camera among the deadlines.</summary>
    [Fact]
    public async Task An_entry_of_an_earlier_format_blocks_nobody()
    {
        var database = _redis.GetDatabase();
        await database.HashSetAsync($"attendance:{{{_node}}}:camera:door", [new("lease_id", "old"), new("session", "two"), new("deadline", 1)]);
        await database.SortedSetAddAsync($"attendance:{{{_node}}}:deadlines", "door", 1);

        Assert.Empty(await _store.ReadAsync("door"));
        Assert.Equal(["door"], await _store.FindOverdueAsync(10));
        Assert.Empty(await _store.SettleAsync("door", new LeaseEnd(ReleaseReason.Expired)));
        Assert.Empty(await _store.FindHeldAsync());

        await AcquireAsync("door", "one");
    }

    [Fact]
    public async Task The_store_holds_no_session_id()
    {
        await _store.AcquireAsync("door", Identifiers.NewLeaseId(), Identifiers.SessionHash("camera_123456789_abc123"), s_ttl);

        Assert.DoesNotContain("abc123", (await _redis.GetDatabase().StringGetAsync(Entry)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_forgot_the_scripts_is_given_them_again()
    {
        await AcquireAsync("door", "one");
        foreach (var each in _redis.GetServers())
        {
            await each.ScriptFlushAsync();
        }

        await AcquireAsync("gate", "one");
    }

    /// <summary>One connection hides a store whose scripts are not atomic: its server runs them one after the other anyway.</summary>
    [Fact]
    public async Task Holders_never_overlap_over_eight_connections()
    {
        const int connections = 8;
        var until = TimeSpan.FromSeconds(3);
        var inside = 0;
        var overlaps = 0;
        var cycles = 0;
        var started = System.Diagnostics.Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, connections).Select(async holder =>
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
            var store = NewStore(connection);
            while (System.Diagnostics.Stopwatch.GetElapsedTime(started) < until)
            {
                if (await store.AcquireAsync("door", Identifiers.NewLeaseId(), $"session-{holder}", s_ttl) is StoreGrant.Granted grant)
                {
                    if (Interlocked.Increment(ref inside) > 1)
                    {
                        Interlocked.Increment(ref overlaps);
                    }

                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                    Interlocked.Increment(ref cycles);
                    await store.ReleaseAsync(
                        new StoredLease("door", grant.LeaseId, $"session-{holder}", grant.FencingToken, grant.AcquiredAt, WasGranted: true),
                        new LeaseEnd(ReleaseReason.Test));
                }
            }
        }));

        Assert.Equal(0, overlaps);
        Assert.True(cycles > 100, $"Only {cycles} cycles: that shows nothing.");
    }

    [Fact]
    public async Task Of_many_who_want_something_at_once_each_gets_the_answer_to_the_own_question()
    {
        var grants = await Task.WhenAll(Enumerable.Range(0, 400).Select(async caller =>
        {
            var (camera, leaseId) = ($"camera-{caller % 100}", Identifiers.NewLeaseId());
            return (camera, leaseId, Grant: await _store.AcquireAsync(camera, leaseId, $"session-{caller}", s_ttl));
        }));

        var granted = grants.Where(one => one.Grant is StoreGrant.Granted).ToList();
        Assert.All(granted, one => Assert.Equal(one.leaseId, ((StoreGrant.Granted)one.Grant).LeaseId));
        Assert.Equal(100, granted.DistinctBy(one => one.camera).Count());
        Assert.Equal(100, granted.Count);
        Assert.All(grants.Except(granted), one => Assert.IsType<StoreGrant.Busy>(one.Grant));
        foreach (var one in granted)
        {
            Assert.Equal(one.leaseId, Assert.Single(await _store.ReadAsync(one.camera)).Lease.LeaseId);
        }
    }

    /// <summary>The next session need not wait until the release of its camera is confirmed.</summary>
    [Fact]
    public async Task Changes_run_in_the_order_in_which_they_were_requested()
    {
        await _store.ReleaseAsync(await AcquireAsync("door", "nobody"), new LeaseEnd(ReleaseReason.Shutdown)); // so that the store has loaded the scripts
        var lease = await AcquireAsync("door", "session-0");
        for (var next = 1; next <= 200; next++)
        {
            var released = _store.ReleaseAsync(lease, new LeaseEnd(ReleaseReason.Client));
            lease = await AcquireAsync("door", $"session-{next}");
            await released;
        }

        Assert.Equal(200, (await _store.ReadLedgerAsync("door", 500)).Count(entry => entry.Reason == "client"));
    }

    [Theory]
    [InlineData("no entry of ours")]
    [InlineData("a b c d e f g h")]
    [InlineData("")]
    public async Task A_foreign_entry_in_the_place_of_a_lease_holds_nothing(string text)
    {
        await _redis.GetDatabase().StringSetAsync(Entry, text);
        await _redis.GetDatabase().ListRightPushAsync($"attendance:{{{_node}}}:ledger:door", text);

        Assert.Empty(await _store.ReadAsync("door"));
        var lease = await AcquireAsync("door", "one");
        Assert.True(await _store.RenewAsync(lease, s_ttl));

        await _redis.GetDatabase().StringSetAsync(Entry, text); // the same while the camera is held, as if the entry were lost
        Assert.True(await _store.RenewAsync(lease, s_ttl));
        await _store.ReleaseAsync(lease, new LeaseEnd(ReleaseReason.Client));
        Assert.Equal("client", Assert.Single(await _store.ReadLedgerAsync("door", 10)).Reason);
    }

    private RedisKey Entry => $"attendance:{{{_node}}}:lease:door";

    private async Task<StoredLease> AcquireAsync(string cameraId, string session, TimeSpan? ttl = null)
    {
        var grant = Assert.IsType<StoreGrant.Granted>(await _store.AcquireAsync(cameraId, Identifiers.NewLeaseId(), session, ttl ?? s_ttl));
        return new StoredLease(cameraId, grant.LeaseId, session, grant.FencingToken, grant.AcquiredAt, WasGranted: true);
    }

    private Task<TimeSpan> OverdueAsync(string cameraId) => Eventually.TrueAsync(
        async () => (await _store.FindOverdueAsync(10)).Contains(cameraId), $"{cameraId} is overdue");

    /// <summary>Deletes this test's keys, as a flush would. Other tests use the same server.</summary>
    private async Task LoseDataAsync()
    {
        foreach (var each in _redis.GetServers())
        {
            await foreach (var key in each.KeysAsync(pattern: $"attendance:{{{_node}}}:*"))
            {
                await _redis.GetDatabase().KeyDeleteAsync(key);
            }
        }

        await Task.Delay(2, Cancel); // lets the store's clock go on, because tokens grow over a loss by it
    }

    private LeaseStore NewStore(IConnectionMultiplexer redis) => TestStore.Of(redis, _node, TimeSpan.FromSeconds(10));
}

public sealed class LeaseStoreOnGarnetTests(GarnetStore server) : LeaseStoreTests(server), IClassFixture<GarnetStore>;

public sealed class LeaseStoreOnRedisTests(RedisStore server) : LeaseStoreTests(server), IClassFixture<RedisStore>;

public sealed class LeaseStoreOnClusterTests(RedisCluster server) : LeaseStoreTests(server), IClassFixture<RedisCluster>;
