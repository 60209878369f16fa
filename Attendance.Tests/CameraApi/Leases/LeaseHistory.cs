using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Telemetry;
using Attendance.CameraApi.Upkeep;
using Attendance.Tests.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>
/// The node of one history: a real store that can be made unreachable, a fast clock that waits for the
/// store, and hardware that the steps control.
/// </summary>
internal sealed class LeaseHistory : IDisposable
{
    /// <summary>The limit in real time of every wait. It is far above what a history takes.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(500);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly ScriptedCaptures _captures;
    private readonly IHost _host;
    private readonly CameraLeases _leases;
    private readonly IHostedService[] _services;
    private readonly MetricCollector<int> _active, _asked, _released;
    private readonly UnreliableStore.Switch _outage;
    private readonly ConcurrentDictionary<(int Client, string Camera), CameraLease> _held = new();
    private readonly ConcurrentDictionary<CameraLease, string> _granted = new();
    private readonly ConcurrentDictionary<CameraLease, LeaseEnd> _ended = new();
    private readonly ConcurrentDictionary<string, string> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _wrong = new();

    public LeaseHistory(IConnectionMultiplexer connection)
    {
        _captures = new ScriptedCaptures(_clock);
        (var unreliable, _outage) = UnreliableStore.Over(connection);
        _host = LeaseNode.Build(
            store: null,
            LeaseNode.NewName(),
            _clock,
            services =>
            {
                services.AddSingleton(unreliable);
                services.AddSingleton<ICameraCaptureFactory>(_captures);
            },
            ("Cameras:attic:Source", "test-pattern"));
        _leases = Get<CameraLeases>();
        _leases.Ended += NoteEnd;
        _services = [Get<BackgroundStoreWriter>(), Get<IEnumerable<IHostedService>>().OfType<Failover>().Single()];
        _active = Collect("attendance.camera.lease.active");
        _asked = Collect("attendance.camera.lease.acquisitions");
        _released = Collect("attendance.camera.lease.releases");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>How often a lease went on with another camera.</summary>
    public int Moves => _ended.Keys.Count(lease => lease.MovedTo is not null);

    private static string[] Cameras => ["door", "gate", "attic"];

    private IEnumerable<CameraSlot> Slots => Cameras.Select(Slot);

    public void Dispose()
    {
        _active.Dispose();
        _asked.Dispose();
        _released.Dispose();
        _host.Dispose();
    }

    /// <summary>Lets all clients act at once, looks at what is left, then closes the node and looks again.</summary>
    public async Task HappenAsync(IEnumerable<LeaseStep> steps)
    {
        foreach (var service in _services)
        {
            await service.StartAsync(Cancel);
        }

        await CompleteAsync("clients", Task.WhenAll(steps.GroupBy(step => step.Client).Select(client => Task.Run(
            async () =>
            {
                foreach (var step in client)
                {
                    await step.TakeAsync(this);
                }
            },
            Cancel))));
        await CompleteAsync("releases", ReleasedAsync());
        await LookAsync();

        await CompleteAsync("closing", CloseAsync());
        await CompleteAsync("releases", ReleasedAsync());
        await LookAsync();
        Assert.All(Slots, slot => Assert.Empty(slot.Leases));
        Assert.Equal(0, Active());
        Assert.Equal(HandedOut(_asked), HandedOut(_released));
        Assert.Empty(_granted.Keys.Except(_ended.Keys));
        await LookIntoLedgersAsync();
        await CompleteAsync("writes", Get<BackgroundStoreWriter>().StopAsync(Cancel));
        Assert.Empty(await Get<FailoverWishes>().ReadAsync());
    }

    public async Task AcquireAsync(LeaseStep.Acquire step)
    {
        _captures.Expect(step.Opening, step.Closing);
        using var leaving = step.Patience is { } patience
            ? new CancellationTokenSource(TimeSpan.FromSeconds(patience), _clock)
            : new CancellationTokenSource();
        try
        {
            var wish = new AcquireOptions(Session(step.Client), Wait: TimeSpan.FromSeconds(step.Wait), Takeover: step.Takeover, Failover: step.Moves ? new CameraRequirements() : null, Mode: step.Mode);
            if (await _leases.AcquireAsync(Slot(step.Camera), wish, leaving.Token) is AcquireOutcome.Granted granted)
            {
                _held[(step.Client, step.Camera)] = granted.Lease;
                NoteSession(granted.Lease);
                if (granted is { IsNew: true, Lease.Capture: ScriptedCaptures.ScriptedCapture { IsUnwanted: true } }
                    && !leaving.IsCancellationRequested)
                {
                    _wrong.Enqueue($"Lease {granted.Lease.Ref} of {step.Camera} was granted after its end.");
                }

                if (granted.IsNew && !_granted.TryAdd(granted.Lease, step.Camera))
                {
                    _wrong.Enqueue($"Lease {granted.Lease.Ref} of {step.Camera} was granted twice.");
                }
            }
        }
        catch (Exception exception) when (exception is CameraUnavailableException or StoreUnavailableException
            || (exception is OperationCanceledException && leaving.IsCancellationRequested))
        {
            // the client is told, and has nothing
        }
    }

    public async Task RenewAsync(int client, string camera)
    {
        if (_held.TryGetValue((client, camera), out var lease))
        {
            var current = lease.Current;
            var hadEnded = current is { End: not null, MovedTo: null };
            try
            {
                if (await _leases.RenewAsync(lease.Id) is not null && hadEnded)
                {
                    _wrong.Enqueue($"Lease {lease.Ref} of {camera} was renewed after its end.");
                }
            }
            catch (StoreUnavailableException)
            {
                // not extended
            }
        }
    }

    public async Task ReleaseAsync(int client, string camera, LeaseEnd end)
    {
        if (_held.TryGetValue((client, camera), out var lease))
        {
            await _leases.EndAsync(lease, end);
        }
    }

    public Task CleanUpAsync(int client) => Task.WhenAll(
        _leases.HeldBy(Session(client)).Select(lease => _leases.EndAsync(lease, new LeaseEnd(ReleaseReason.PageUnload))));

    public Task PassAsync(TimeSpan time) => Task.Delay(time, _clock, Cancel);

    public Task LoseDeviceAsync(string camera)
    {
        (Slot(camera).Capture as ScriptedCaptures.ScriptedCapture)?.Loss.TrySetResult(CaptureLoss.DeviceLost);
        return Task.CompletedTask;
    }

    public Task UnplugAsync(int client, string camera)
    {
        var has = _held.Where(one => one.Key.Client == client).Select(one => one.Value.Current).FirstOrDefault(lease => lease.End is null);
        _captures.Unplug(has?.CameraId ?? camera);
        return Task.CompletedTask;
    }

    public Task PlugInAsync(string camera)
    {
        _captures.PlugIn(camera);
        return Task.CompletedTask;
    }

    public async Task LoseStoreAsync(Outage kind, TimeSpan time)
    {
        _outage.Outage = kind;
        await PassAsync(time);
        _outage.Outage = Outage.None;
    }

    public Task CloseAsync() => _leases.CloseAsync();

    private static string Session(int client) => client <= 1 ? "both-tabs" : $"session-{client}";

    private T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    private CameraSlot Slot(string cameraId) => Get<CameraSlots>().TryGet(cameraId, out var slot) ? slot : throw new InvalidOperationException();

    private MetricCollector<int> Collect(string instrument) => new(Get<IMeterFactory>(), CameraApiActivity.Name, instrument);

    /// <summary>Counts the leases that were handed out, or those of them that came back, as docs/telemetry.md balances the two.</summary>
    private static int HandedOut(MetricCollector<int> collector) => collector.GetMeasurementSnapshot()
        .Where(one => one.Tags["attendance.lease.outcome"] is "granted" or "adopted" or "moved").Sum(one => one.Value);

    private void NoteSession(CameraLease lease)
    {
        if (_sessions.GetOrAdd(lease.Id, lease.SessionHash) != lease.SessionHash)
        {
            _wrong.Enqueue($"Lease {lease.Ref} has changed its session.");
        }
    }

    /// <summary>Records the lease's end on one camera. The lease may go on with another camera.</summary>
    private void NoteEnd(CameraLease lease, LeaseEnd end)
    {
        NoteSession(lease);
        if (!_ended.TryAdd(lease, end))
        {
            _wrong.Enqueue($"Lease {lease.Ref} of {lease.CameraId} has ended twice.");
        }

        if (lease.MovedTo is { } next && (next.Id != lease.Id || next.SessionHash != lease.SessionHash || next.FencingToken <= lease.FencingToken))
        {
            _wrong.Enqueue($"Lease {lease.Ref} went from {lease.CameraId} to {next.CameraId} as another, or with an older token.");
        }
    }

    private int Active() => _active.GetMeasurementSnapshot().EvaluateAsCounter();

    /// <summary>Lets time pass until the task is done, and meanwhile does what a node's services do.</summary>
    private async Task CompleteAsync(string what, Task task)
    {
        var started = Stopwatch.GetTimestamp();
        while (!task.IsCompleted)
        {
            Assert.True(
                Stopwatch.GetElapsedTime(started) < s_patience,
                $"The {what} do not come to an end: {string.Join(", ", Slots.Select(slot => $"{slot.Camera.Id} {string.Join(" ", slot.Leases.Select(lease => $"{lease.Ref} {lease.Mode} {lease.End}"))}"))}");
            if (!_outage.IsAsked)
            {
                _clock.Advance(s_tick);
            }

            foreach (var slot in Slots)
            {
                if (slot.Leases is { Count: > 1 } leases && leases.Any(lease => lease.Mode == LeaseMode.Exclusive))
                {
                    _wrong.Enqueue($"An exclusive lease of {slot.Camera.Id} is not alone.");
                }

                // Whoever looks after the cameras pulls the plug of one that hangs.
                if (slot.Quarantine is { } quarantine && _clock.GetUtcNow() - quarantine.Since > TimeSpan.FromSeconds(5))
                {
                    _captures.Free(slot.Camera.Id);
                    slot.EndQuarantine(quarantine);
                }
            }

            await Task.Delay(1, Cancel);
        }

        await task;
    }

    /// <summary>Waits until ended leases are released, moving leases have arrived, and the store has been told.</summary>
    private async Task ReleasedAsync()
    {
        const int enough = 5; // rounds without a change, because a change that has just begun shows in the next round
        _outage.Outage = Outage.None;
        Array.ForEach(Cameras, _captures.PlugIn);
        for (var calm = 0; calm < enough; calm = Slots.Any(slot => slot.Leases.Any(lease => lease is { End: not null } or { IsArriving: true })) ? 0 : calm + 1)
        {
            await Task.Delay(1, Cancel);
        }

        await Get<UnconfirmedReleases>().FlushAsync();
    }

    private async Task LookAsync()
    {
        Assert.Empty(_wrong);
        Assert.Empty(_captures.OpenedTwice);
        foreach (var slot in Slots)
        {
            Assert.Equal(!slot.IsEmpty || slot.Quarantine is not null ? 1 : 0, _captures.Open(slot.Camera.Id));
        }

        var live = Slots.SelectMany(slot => slot.Leases).ToList();
        Assert.Equal(live.Select(lease => lease.Id).Order(), _leases.Live.Select(lease => lease.Id).Order());
        Assert.Equal(live.Count, Active());
        Assert.Equal(live.Count, HandedOut(_asked) - HandedOut(_released));
        Assert.Equal(live.Select(lease => lease.CameraId).Distinct().Order(), (await Get<LeaseStore>().FindHeldAsync()).Order());
    }

    private async Task LookIntoLedgersAsync()
    {
        foreach (var camera in Cameras)
        {
            var ledger = await Get<LeaseStore>().ReadLedgerAsync(camera, LeaseStore.LedgerLength);
            var alone = ledger.Where(entry => entry.Mode == LeaseMode.Exclusive).Select(entry => entry.FencingToken).ToList();
            Assert.Equal(alone.OrderDescending(), alone);
            Assert.Distinct(ledger.Select(entry => entry.FencingToken));
            foreach (var (lease, end) in _ended.Where(one => one.Key.CameraId == camera))
            {
                var entry = Assert.Single(ledger, entry => entry.FencingToken == lease.FencingToken);
                Assert.Equal((lease.Ref, end.Reason.Name(), end.Detail, lease.Mode), (entry.LeaseRef, entry.Reason, entry.Detail, entry.Mode));
            }
        }
    }
}
