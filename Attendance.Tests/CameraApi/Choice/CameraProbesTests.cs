using System.Diagnostics.Metrics;
using Attendance.CameraApi;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Quality;
using Attendance.CameraApi.Telemetry;
using Attendance.CameraApi.Upkeep;
using Attendance.CameraApi.Views;
using Attendance.Tests.CameraApi.Capture;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Stores;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Choice;

/// <summary>Tests probes of cameras that nobody holds, on a real store, with a clock and hardware that the test controls.</summary>
public sealed class CameraProbesTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncDisposable
{
    private readonly PresenceNode _node = new(store.ConnectionString, ("Quality:ProbeBeforeChoice", "true"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_probed_camera_is_rated_and_free_again()
    {
        var probing = ProbeAsync("door");
        await DeliversAsync();
        await _node.PassAsync(3);

        Assert.Null(await probing);
        Assert.NotNull(Quality.Rate("door", null).MeasuredAt);
        Assert.Equal(0, _node.Captures.Open);
        Assert.Null(_node.Slot("door").Lease);
    }

    [Fact]
    public async Task Whoever_wants_the_camera_gets_it_at_once_and_after_it_was_closed()
    {
        var probing = ProbeAsync("door");
        await DeliversAsync();
        var atOnce = 0;
        _node.Captures.Opening = _ =>
        {
            atOnce = _node.Captures.Open;
            return Task.CompletedTask;
        };

        await _node.HoldAsync("door", "one"); // the clock stands still

        Assert.Equal(1, atOnce);
        Assert.IsType<AcquireOutcome.InUse>(await probing);
    }

    [Fact]
    public async Task A_probe_that_is_still_opening_gives_way_too()
    {
        _node.Captures.Opening = cancelled => Task.Delay(Timeout.Infinite, cancelled);
        var probing = ProbeAsync("door");
        await Eventually.TrueAsync(() => _node.Captures.Open == 1, "the probe opens it");
        _node.Captures.Opening = _ => Task.CompletedTask;

        await _node.HoldAsync("door", "one");

        Assert.IsType<AcquireOutcome.InUse>(await probing);
        Assert.Equal(1, _node.Captures.Open);
    }

    [Fact]
    public async Task A_camera_that_somebody_has_is_not_probed()
    {
        var lease = await _node.HoldAsync("door", "one");

        Assert.IsType<AcquireOutcome.InUse>(await ProbeAsync("door"));
        Assert.Null(lease.End);
        Assert.Single(_node.Captures.Created);
    }

    [Fact]
    public async Task A_camera_that_the_store_knows_to_be_held_is_not_opened()
    {
        Assert.IsType<StoreGrant.Granted>(await _node.Get<LeaseStore>().AcquireAsync("door", Identifiers.NewLeaseId(), "of-the-past", TimeSpan.FromMinutes(1)));

        Assert.IsType<AcquireOutcome.InUse>(await ProbeAsync("door"));
        Assert.Empty(_node.Captures.Created);
        Assert.Null(_node.Slot("door").Lease);
    }

    [Fact]
    public async Task A_probe_is_bounded_whatever_the_device_does()
    {
        _node.Captures.Opening = cancelled => Task.Delay(Timeout.Infinite, cancelled);
        var probing = ProbeAsync("door");
        await Eventually.TrueAsync(() => _node.Captures.Open == 1, "the probe opens it");

        await _node.PassAsync(20);

        Assert.IsType<AcquireOutcome.InUse>(await probing);
        Assert.Equal(0, _node.Captures.Open);
    }

    [Fact]
    public async Task A_probe_that_cannot_be_shown_to_be_closed_quarantines_the_camera()
    {
        var probing = ProbeAsync("door");
        await DeliversAsync();
        _node.Captures.Closing = () => Task.FromResult<CloseOutcome>(new CloseOutcome.NotFree("stuck", () => Task.FromResult(false)));
        await _node.PassAsync(3);
        await probing;

        Assert.NotNull(_node.Slot("door").Quarantine);
        Assert.IsType<AcquireOutcome.Quarantined>(await _node.AcquireAsync("door", new AcquireOptions("one")));
    }

    [Fact]
    public async Task The_end_of_the_node_ends_a_probe()
    {
        var probing = ProbeAsync("door");
        await DeliversAsync();

        await _node.Leases.CloseAsync();

        Assert.IsType<AcquireOutcome.ShuttingDown>(await probing);
        Assert.IsType<AcquireOutcome.ShuttingDown>(await ProbeAsync("gate"));
        Assert.Equal(0, _node.Captures.Open);
    }

    [Fact]
    public async Task One_camera_is_probed_at_a_time()
    {
        var probing = Task.WhenAll(ProbeAsync("door"), ProbeAsync("gate"));
        await DeliversAsync();
        await Task.Delay(50, Cancel);
        Assert.Equal(1, _node.Captures.Open);

        await _node.PassAsync(3);
        await Eventually.TrueAsync(() => _node.Captures.Created.Count == 2, "the next is probed");
        await _node.PassAsync(3);

        Assert.Equal([null, null], await probing);
    }

    [Fact]
    public async Task A_probe_is_no_lease_no_leak_and_in_no_ledger()
    {
        using var acquisitions = new MetricCollector<int>(_node.Get<IMeterFactory>(), CameraApiActivity.Name, "attendance.camera.lease.acquisitions");
        using var probes = new MetricCollector<int>(_node.Get<IMeterFactory>(), CameraApiActivity.Name, "attendance.camera.probes");
        var probing = ProbeAsync("door");
        await DeliversAsync();

        var view = _node.Get<CameraViews>().Find("door")!;
        Assert.Equal((CameraState.Available, null), (view.State, view.LeaseRef));
        _node.Get<LeakSweeper>().SearchLeases();
        _node.Get<LeakSweeper>().SearchLeases();
        Assert.Empty(_node.Get<OpenLeaks>().Open);
        Assert.Empty(_node.Leases.Live);
        await _node.PassAsync(3);
        await probing;

        Assert.Empty(acquisitions.GetMeasurementSnapshot());
        Assert.Equal("measured", Assert.Single(probes.GetMeasurementSnapshot()).Tags["attendance.probe.outcome"]);
        Assert.Empty(await _node.Get<LeaseStore>().ReadLedgerAsync("door", 10));
        Assert.Empty(await _node.Get<LeaseStore>().FindHeldAsync());
    }

    [Fact]
    public async Task Before_a_choice_of_which_nothing_is_known_the_cameras_are_probed_where_that_is_wished()
    {
        var choosing = _node.Get<CameraChoice>().AcquireAsync(new(), new AcquireOptions("one"), Cancel);
        for (var probed = 0; probed < 2; probed++)
        {
            await Eventually.TrueAsync(() => _node.Captures.Created.Count > probed, "it is probed");
            await DeliversAsync();
            await _node.PassAsync(3);
        }

        var taken = Assert.IsType<AcquireOutcome.Granted>(await choosing.WaitAsync(TimeSpan.FromSeconds(10), Cancel));
        Assert.Equal(3, _node.Captures.Created.Count);
        Assert.NotNull(Quality.Rate("door", null).MeasuredAt);
        Assert.NotNull(Quality.Rate("gate", null).MeasuredAt);
        Assert.NotNull(taken.Choice);
    }

    private CameraQuality Quality => _node.Get<CameraQuality>();

    private Task<AcquireOutcome?> ProbeAsync(string cameraId) => _node.Get<CameraProbes>().ProbeAsync(_node.Slot(cameraId), Cancel);

    /// <summary>Lets the newest capture open and deliver pictures for a second.</summary>
    private async Task DeliversAsync()
    {
        FakeCaptures.FakeCapture? capture = null;
        await Eventually.TrueAsync(() => (capture = _node.Captures.Created.LastOrDefault()) is { Frames.Count: > 0 }, "it is open");
        for (var i = 0; i <= 30; i++)
        {
            var frame = FakeCaptures.Frame(10 + i);
            capture!.Frames.Publish(frame with { Header = frame.Header with { Timestamp = 1 + i * System.Diagnostics.Stopwatch.Frequency / 30 } });
        }
    }
}
