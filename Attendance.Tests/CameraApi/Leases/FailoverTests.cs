using System.Diagnostics;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Store;
using Attendance.Tests.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>
/// Tests a node with fake hardware whose primary store is killed: the sentinels name another primary, and the node follows. Each test
/// has servers of its own, because it kills one of them.
/// </summary>
public sealed class FailoverTests : IAsyncLifetime
{
    /// <summary>
    /// From the death of the primary to the next grant: the sentinels' patience, their vote, and the client's next look. Redis itself
    /// promises none of these; this is only where a test gives up.
    /// </summary>
    private static readonly TimeSpan s_patience = SentinelServers.DownAfter + TimeSpan.FromSeconds(20);

    private readonly SentinelServers _servers = new();
    private readonly string _name = "node-" + Guid.NewGuid().ToString("N")[..12];
    private IHost? _node;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private CameraLeases Leases => _node!.Services.GetRequiredService<CameraLeases>();

    public async ValueTask InitializeAsync()
    {
        await _servers.InitializeAsync();
        Assert.SkipWhen(_servers.Missing is not null, _servers.Missing ?? "");
        _node = LeaseNode.Build(_servers.ConnectionString, _name, TimeProvider.System);
        await _node.StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.StopAsync(CancellationToken.None);
            _node.Dispose();
        }

        await _servers.DisposeAsync();
    }

    [Fact]
    public async Task A_held_lease_lives_on_at_the_new_primary_and_ends_once()
    {
        var held = await HoldAsync("door", "one");
        await _servers.ReplicatedAsync();

        await _servers.KillPrimaryAsync();
        await UntilAsync(() => Leases.RenewAsync(held));

        Assert.Equal(held.Id, (await HoldAsync("door", "one")).Id);
        Assert.IsType<AcquireOutcome.InUse>(await AcquireAsync("door", "two"));
        await Leases.EndAsync(held, new LeaseEnd(ReleaseReason.Client));
        await EndIsRecordedOnceAsync("door", held);
        Assert.True((await HoldAsync("door", "two")).FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task A_lease_lost_with_the_primary_is_registered_again_and_granted_to_nobody_else()
    {
        var held = await HoldAsync("door", "one");
        await _servers.ReplicatedAsync();

        await _servers.KillPrimaryAsync();
        await using (var replica = await _servers.ConnectToReplicaAsync())
        {
            // As if the replica had never heard of it. It can be told so only once it is the primary.
            await UntilAsync(() => replica.GetDatabase().KeyDeleteAsync([$"attendance:{{{_name}}}:camera:door", $"attendance:{{{_name}}}:fence:door"]).ContinueWith(
                deleted => deleted.IsCompletedSuccessfully, Cancel, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
        }

        await UntilAsync(() => Leases.RenewAsync(held));
        Assert.IsType<AcquireOutcome.InUse>(await AcquireAsync("door", "two"));
        await Leases.EndAsync(held, new LeaseEnd(ReleaseReason.Client));
        await EndIsRecordedOnceAsync("door", held);
        Assert.True((await HoldAsync("door", "two")).FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task A_request_during_the_failover_is_told_so_and_succeeds_after_it()
    {
        await HoldAsync("door", "one");
        await _servers.ReplicatedAsync();
        await _servers.KillPrimaryAsync();

        var died = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AcquireAsync("gate", "two"));
        var granted = await Task.WhenAll(Enumerable.Range(0, 8).Select(async asker =>
        {
            // All ask at once, and one may win. Until there is a primary, all get the same answer.
            AcquireOutcome? outcome = null;
            await UntilAsync(async () => (outcome = await AcquireAsync("gate", $"session-{asker}")) is not null);
            return outcome is AcquireOutcome.Granted;
        }));

        Assert.Single(granted, isGranted => isGranted);
        TestContext.Current.SendDiagnosticMessage($"Granted {Stopwatch.GetElapsedTime(died).TotalSeconds:0.0} s after the primary's death.");
    }

    private async Task<CameraLease> HoldAsync(string cameraId, string session) =>
        Assert.IsType<AcquireOutcome.Granted>(await AcquireAsync(cameraId, session)).Lease;

    private Task<AcquireOutcome> AcquireAsync(string cameraId, string session)
    {
        Assert.True(_node!.Services.GetRequiredService<CameraSlots>().TryGet(cameraId, out var slot));
        return Leases.AcquireAsync(slot, new AcquireOptions(session), Cancel);
    }

    private async Task EndIsRecordedOnceAsync(string cameraId, CameraLease lease)
    {
        var store = _node!.Services.GetRequiredService<LeaseStore>();
        await UntilAsync(async () => (await store.ReadLedgerAsync(cameraId, 10)).Count > 0);
        var entry = Assert.Single(await store.ReadLedgerAsync(cameraId, 10));
        Assert.Equal((lease.Ref, "client", lease.FencingToken), (entry.LeaseRef, entry.Reason, entry.FencingToken));
    }

    /// <summary>Asks until the answer is yes. While the store is away, there is no answer.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(50, Cancel))
        {
            try
            {
                if (await isSo())
                {
                    return;
                }
            }
            catch (StoreUnavailableException)
            {
                // no primary yet
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < s_patience, "There is no new primary.");
        }
    }
}
