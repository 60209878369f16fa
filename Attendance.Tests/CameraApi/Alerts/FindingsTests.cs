using System.Diagnostics;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Api.Operations;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Security;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Telemetry;
using Attendance.CameraApi.Upkeep;
using Attendance.ServiceDefaults;
using Attendance.Tests.CameraApi.Capture;
using Attendance.Tests.CameraApi.Leases;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.CameraApi.Alerts;

/// <summary>Tests what a node reports as wrong, on a real store, with a clock and hardware that the test controls.</summary>
public sealed class FindingsTests : IClassFixture<GarnetStore>, IAsyncDisposable
{
    private readonly DeadTimers _clock = new();
    private readonly IHost _host;
    private readonly string _store;
    private readonly AlertConditions _conditions;
    private readonly MetricCollector<int> _found;
    private readonly MetricCollector<int> _open;

    public FindingsTests(GarnetStore store)
    {
        _store = store.ConnectionString;
        _host = LeaseNode.Build(
            _store,
            LeaseNode.NewName(),
            _clock,
            services => services.Configure<SecurityOptions>(security => security.ApiKey = TestSecrets.ApiKey),
            ("Cameras:away:Source", "device:/dev/there-is-no-such-device"),
            ("Alerts:Contention:Count", "3"),
            ("Alerts:HeartbeatsLost:Count", "2"),
            ("Alerts:CrashLoop:Count", "2"));
        _conditions = Get<AlertConditions>(); // created here, because it listens from its creation on
        var meters = Get<System.Diagnostics.Metrics.IMeterFactory>();
        _found = new MetricCollector<int>(meters, CameraApiActivity.Name, "attendance.camera.leaks");
        _open = new MetricCollector<int>(meters, CameraApiActivity.Name, "attendance.camera.leak.open");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FakeCaptures Captures => Get<FakeCaptures>();

    public async ValueTask DisposeAsync()
    {
        Captures.Closing = () => Task.FromResult<CloseOutcome>(new CloseOutcome.Free());
        await Get<CameraLeases>().CloseAsync().WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        _found.Dispose();
        _open.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task A_lease_whose_timer_failed_is_ended_when_it_has_been_seen_twice()
    {
        var lease = await HoldAsync("door");
        _clock.Advance(lease.Ttl + TimeSpan.FromSeconds(1));

        Get<LeakSweeper>().SearchLeases();
        Assert.Null(lease.End);
        Get<LeakSweeper>().SearchLeases();

        await lease.Released.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal(ReleaseReason.Expired, lease.End?.Reason);
        Assert.Equal("lease_overdue", Assert.Single(_found.GetMeasurementSnapshot()).Tags["attendance.leak.kind"]);
        Get<LeakSweeper>().SearchLeases();
        Assert.Equal([1, -1], _open.GetMeasurementSnapshot().Select(change => change.Value));
    }

    [Fact]
    public async Task A_lease_beyond_the_longest_time_is_called_by_its_name()
    {
        var lease = await HoldAsync("door", ttl: TimeSpan.FromHours(1));
        for (var hour = 0; hour < 4; hour++)
        {
            _clock.Advance(TimeSpan.FromMinutes(59));
            await Get<CameraLeases>().RenewAsync(lease);
        }

        _clock.Advance(TimeSpan.FromMinutes(5));
        Get<LeakSweeper>().SearchLeases();
        Get<LeakSweeper>().SearchLeases();

        await lease.Released.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal(ReleaseReason.MaxHold, lease.End?.Reason);
        Assert.Equal("held_too_long", Assert.Single(_found.GetMeasurementSnapshot()).Tags["attendance.leak.kind"]);
    }

    [Fact]
    public async Task A_lease_whose_camera_nobody_attends_to_is_ended()
    {
        var lease = await HoldAsync("door");
        Captures.Created.Last().HasWatchdog = false;

        Get<LeakSweeper>().SearchLeases();
        Get<LeakSweeper>().SearchLeases();

        await lease.Released.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal(ReleaseReason.WorkerFailed, lease.End?.Reason);
    }

    [Fact]
    public async Task A_lease_that_is_well_is_let_be()
    {
        var lease = await HoldAsync("door");
        for (var look = 0; look < 5; look++)
        {
            Get<LeakSweeper>().SearchLeases();
        }

        Assert.Null(lease.End);
        Assert.Empty(_found.GetMeasurementSnapshot());
    }

    [Fact]
    public async Task A_release_that_does_not_end_is_found()
    {
        var stuck = new TaskCompletionSource<CloseOutcome>();
        Captures.Closing = () => stuck.Task;
        var lease = await HoldAsync("door");
        var ending = Get<CameraLeases>().EndAsync(lease, new LeaseEnd(ReleaseReason.Client));
        Assert.Empty(Find(AlertRule.ReleaseFailed));

        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("door", Assert.Single(Find(AlertRule.ReleaseFailed)).Subject);

        stuck.SetResult(new CloseOutcome.Free());
        await ending.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Empty(Find(AlertRule.ReleaseFailed));
    }

    [Fact]
    public async Task A_quarantine_is_found_with_its_cause_for_as_long_as_it_lasts()
    {
        var isFree = false;
        Captures.Closing = () => Task.FromResult<CloseOutcome>(new CloseOutcome.NotFree("It hangs in the kernel.", () => Task.FromResult(isFree)));
        var lease = await HoldAsync("door");
        await Get<CameraLeases>().EndAsync(lease, new LeaseEnd(ReleaseReason.Client)).WaitAsync(TimeSpan.FromSeconds(10), Cancel);

        Assert.Contains("It hangs in the kernel.", Assert.Single(Find(AlertRule.Quarantined)).What, StringComparison.Ordinal);
        Assert.False(await Get<Quarantines>().TryEndAsync(lease.Slot, lease.Slot.Quarantine!));
        isFree = true;
        Assert.True(await Get<Quarantines>().TryEndAsync(lease.Slot, lease.Slot.Quarantine!));
        Assert.Empty(Find(AlertRule.Quarantined));
    }

    [Fact]
    public void A_configured_device_that_is_not_attached_is_missing() => Assert.Equal("away", Assert.Single(Find(AlertRule.CameraMissing)).Subject);

    [Fact]
    public async Task A_device_that_was_unplugged_while_in_use_is_missing_and_one_that_does_not_open_loops()
    {
        await HoldAsync("door");
        Captures.Created.Last().Status = CaptureStatus.Closed with { Suspended = true };
        Assert.Contains(Find(AlertRule.CameraMissing), finding => finding.Subject == "door");

        Captures.Created.Last().Status = CaptureStatus.Closed with { Failures = 3, Fault = "It says no." };
        Assert.Contains("It says no.", Assert.Single(Find(AlertRule.WorkerCrashLoop)).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_camera_that_shows_nothing_new_has_stalled()
    {
        await HoldAsync("door");
        Assert.Empty(Find(AlertRule.FramesStalled));

        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("door", Assert.Single(Find(AlertRule.FramesStalled)).Subject);

        Captures.Created.Last().Frames.Publish(FakeCaptures.Frame(2) is var frame
            ? frame with { Header = frame.Header with { Timestamp = _clock.GetTimestamp() } }
            : frame);
        Assert.Empty(Find(AlertRule.FramesStalled));
    }

    [Fact]
    public async Task A_camera_that_many_want_while_somebody_has_it_is_told_until_they_stop()
    {
        await HoldAsync("door");
        for (var i = 0; i < 3; i++)
        {
            await AskAsync("door", $"another-{i}");
        }

        Assert.Empty(Find(AlertRule.Contention));
        await AskAsync("door", "one-more");
        Assert.Equal("door", Assert.Single(Find(AlertRule.Contention)).Subject);

        _clock.Advance(TimeSpan.FromMinutes(1.1));
        Assert.Empty(Find(AlertRule.Contention));
    }

    [Fact]
    public void Sessions_that_go_silent_are_counted_and_those_that_are_closed_are_not()
    {
        var metrics = Get<PresenceMetrics>();
        for (var i = 0; i < 3; i++)
        {
            metrics.Lost(PresenceEnd.Closed);
        }

        Assert.Empty(Find(AlertRule.HeartbeatsLost));
        for (var i = 0; i < 3; i++)
        {
            metrics.Lost(PresenceEnd.Timeout);
        }

        Assert.Single(Find(AlertRule.HeartbeatsLost));
    }

    [Fact]
    public void A_limit_that_is_reached_is_told_until_a_minute_has_passed_without()
    {
        Assert.Empty(Find(AlertRule.LimitReached));
        Get<ReachedLimits>().Count("connections");
        Assert.Equal("connections", Assert.Single(Find(AlertRule.LimitReached)).Subject);

        _clock.Advance(TimeSpan.FromSeconds(50));
        Get<ReachedLimits>().Count("connections");
        _clock.Advance(TimeSpan.FromSeconds(50));
        var finding = Assert.Single(Find(AlertRule.LimitReached));
        Get<OpenAlerts>().Report(finding);
        Assert.Null(Get<OpenAlerts>().Open.Single(alert => alert.Rule == AlertRule.LimitReached).CameraId); // a limit is no camera

        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Empty(Find(AlertRule.LimitReached));
    }

    [Fact]
    public async Task Entries_of_nodes_that_nobody_of_us_wrote_are_told_while_they_are_there()
    {
        var (book, stranger) = (Get<NodeStore>(), "stranger-" + Guid.NewGuid().ToString("N")[..8]);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(_store);
        await redis.GetDatabase().HashSetAsync("attendance:{nodes}", stranger, "{\"node\":\"" + stranger + "\",\"address\":\"http://127.0.0.1:9\"}");
        Assert.DoesNotContain(await book.ListAsync(), entry => entry.Node == stranger);
        var finding = Assert.Single(Find(AlertRule.NodeForged));
        Assert.DoesNotContain(stranger, finding.What, StringComparison.Ordinal); // a stranger's name may hold anything

        await redis.GetDatabase().HashDeleteAsync("attendance:{nodes}", stranger);
        await book.ListAsync();
        Assert.Empty(Find(AlertRule.NodeForged));
    }

    [Fact]
    public void A_camera_that_is_opened_again_and_again_loops()
    {
        for (var i = 0; i < 3; i++)
        {
            Get<CaptureMetrics>().Restarted("gate");
        }

        Assert.Equal("gate", Assert.Single(Find(AlertRule.WorkerCrashLoop)).Subject);
    }

    [Fact]
    public async Task The_last_hour_is_told_minute_by_minute()
    {
        _ = Get<Trends>(); // created here, because it listens from its creation on
        _clock.Advance(TimeSpan.FromTicks(TimeSpan.TicksPerMinute - _clock.GetUtcNow().Ticks % TimeSpan.TicksPerMinute)); // starts a new minute, so the following falls into one
        var lease = await HoldAsync("door");
        await AskAsync("door", "another");
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Get<CameraLeases>().EndAsync(lease, new LeaseEnd(ReleaseReason.Client)).WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        var first = Get<Trends>().View.Points.Single(point => point.Acquired > 0);
        Assert.Equal((1, 1, 1, 0), (first.Acquired, first.Ended, first.Refused, first.Failures));
        Assert.Equal(5, first.HoldP50);

        _clock.Advance(TimeSpan.FromMinutes(90));
        var later = Get<Trends>().View.Points;
        Assert.DoesNotContain(later, point => point.Acquired > 0);
        for (var minute = 0; minute < 70; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            _ = Get<Trends>().View;
        }

        later = Get<Trends>().View.Points;
        Assert.Equal(60, later.Count);
        Assert.Equal(later.Select(point => point.At).Order().Distinct(), later.Select(point => point.At));
    }

    private T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    private IEnumerable<Finding> Find(AlertRule rule) => _conditions.Find().Where(finding => finding.Rule == rule);

    private Task<AcquireOutcome> AskAsync(string cameraId, string session, TimeSpan? ttl = null) =>
        Get<CameraSlots>().TryGet(cameraId, out var slot)
            ? Get<CameraLeases>().AcquireAsync(slot, new AcquireOptions(session, ttl), Cancel)
            : throw new UnreachableException();

    private async Task<CameraLease> HoldAsync(string cameraId, TimeSpan? ttl = null)
    {
        var lease = Assert.IsType<AcquireOutcome.Granted>(await AskAsync(cameraId, "one", ttl)).Lease;
        Captures.Created.Last().Frames.Publish(FakeCaptures.Frame(2) is var frame
            ? frame with { Header = frame.Header with { Timestamp = _clock.GetTimestamp() } }
            : frame);
        return lease;
    }

    /// <summary>A clock whose time goes on but whose timers of leases never fire.</summary>
    private sealed class DeadTimers : FakeTimeProvider
    {
        public DeadTimers() : base(DateTimeOffset.UtcNow)
        {
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Dead();

        private sealed class Dead : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
