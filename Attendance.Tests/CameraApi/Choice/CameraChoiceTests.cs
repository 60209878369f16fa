using System.Diagnostics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Quality;
using Attendance.Tests.CameraApi.Leases;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.CameraApi.Choice;

/// <summary>Tests which camera <c>auto</c> takes, on a real store, with hardware whose quality the test sets.</summary>
public sealed class CameraChoiceTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncDisposable
{
    private static readonly LeaseEnd s_done = new(ReleaseReason.Client);
    private readonly PresenceNode _node = new(
        store.ConnectionString,
        ("Cameras:door:Facing", "user"), ("Cameras:door:Width", "640"), ("Cameras:door:Tags:0", "entry"),
        ("Cameras:gate:Facing", "environment"), ("Cameras:yard:Source", "test-pattern"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task The_best_rated_camera_is_taken_and_the_answer_says_why()
    {
        await UseAsync("door", sharpness: 20);
        await UseAsync("gate", sharpness: 900);
        await UseAsync("yard", sharpness: 20);

        var taken = await AnyAsync("one");

        Assert.Equal("gate", taken.Lease.CameraId);
        var choice = taken.Choice!;
        Assert.Equal(3, choice.Considered);
        Assert.Contains("the best of 3 free cameras", choice.Reason, StringComparison.Ordinal);
        Assert.Equal(Rating("door").Parts.Select(part => part.Name), choice.Parts.Select(part => part.Name));
        Assert.True(choice.Rating > Rating("door").Rating + 5);
    }

    [Fact]
    public async Task Of_cameras_rated_about_alike_the_one_that_was_idle_longest_is_taken()
    {
        await UseAsync("gate", sharpness: 310);
        await UseAsync("yard", sharpness: 330);
        await UseAsync("door", sharpness: 300);

        var taken = await AnyAsync("one");

        Assert.Equal("gate", taken.Lease.CameraId);
        Assert.Contains("of the 3 free cameras rated about alike it has been idle longest", taken.Choice!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_would_share_a_camera_also_gets_the_best_one_of_those_who_share()
    {
        await UseAsync("door", sharpness: 20);
        await UseAsync("gate", sharpness: 900);
        await UseAsync("yard", sharpness: 20);
        var shares = new AcquireOptions("one", TimeSpan.FromHours(1), Mode: LeaseMode.Shared);
        var first = await _node.HoldAsync("gate", shares);

        var second = Assert.IsType<AcquireOutcome.Granted>(await Choice.AcquireAsync(new(), shares with { SessionHash = "two" }, Cancel));

        Assert.Equal("gate", second.Lease.CameraId);
        Assert.Same(first.Capture, second.Lease.Capture);
        Assert.NotEqual("gate", (await AnyAsync("alone")).Lease.CameraId);
    }

    [Fact]
    public async Task A_preview_names_what_is_taken_then_and_opens_nothing()
    {
        await UseAsync("gate", sharpness: 900);
        var opened = _node.Captures.Created.Count;

        var (best, preview, refused) = Choice.Preview(new());

        Assert.Equal(opened, _node.Captures.Created.Count);
        Assert.Null(refused);
        var taken = await AnyAsync("one");
        Assert.Equal((best!.Camera.Id, preview!.Reason), (taken.Lease.CameraId, taken.Choice!.Reason));
    }

    [Fact]
    public async Task A_preview_says_that_all_are_in_use_and_that_none_would_do()
    {
        await _node.HoldAsync("door", "one");

        Assert.IsType<AcquireOutcome.InUse>(Choice.Preview(new(Facing: "user")).Refused);
        Assert.Equal((null, null, null), Choice.Preview(new(Facing: "left")));
    }

    [Fact]
    public async Task Only_what_meets_all_requirements_is_taken()
    {
        Assert.Equal("door", (await AnyAsync("one", new(Facing: "user", MinWidth: 640, Tag: "entry"))).Lease.CameraId);
        Assert.Equal("gate", (await AnyAsync("two", new(Facing: "environment"))).Lease.CameraId);
        Assert.Null(await Choice.AcquireAsync(new(Facing: "user", MinWidth: 641), new AcquireOptions("three"), Cancel));
        Assert.Null(await Choice.AcquireAsync(new(Node: "another"), new AcquireOptions("three"), Cancel));
    }

    [Fact]
    public async Task What_a_camera_delivers_counts_and_not_what_it_was_configured_to()
    {
        await UseAsync("door", sharpness: 100, width: 320);
        await UseAsync("yard", sharpness: 100, width: 1280);

        Assert.Equal("yard", (await AnyAsync("one", new(MinWidth: 640))).Lease.CameraId);
    }

    [Fact]
    public async Task A_camera_that_fails_is_rated_lower_for_a_day()
    {
        var before = Rating("door").Rating;
        _node.Captures.Opening = _ => throw new CameraUnavailableException("door", new(CaptureFailureCode.OpenFailed, "No."));
        await Assert.ThrowsAsync<CameraUnavailableException>(() => _node.AcquireAsync("door", new AcquireOptions("one")));

        Assert.True(Rating("door").Rating < before);
        Assert.Equal(1, Rating("door").Parts.Single(part => part.Name == "reliability").Value);
        _node.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(before, Rating("door").Rating);
    }

    [Fact]
    public async Task When_the_best_does_not_open_the_next_is_taken_and_the_answer_says_so()
    {
        await UseAsync("gate", sharpness: 900);
        _node.Captures.Opening = async _ =>
        {
            _node.Captures.Opening = _ => Task.CompletedTask;
            await Task.Yield();
            throw new CameraUnavailableException("gate", new(CaptureFailureCode.OpenFailed, "No."));
        };

        var taken = await AnyAsync("one");

        Assert.NotEqual("gate", taken.Lease.CameraId);
        Assert.Contains("failed to open", taken.Choice!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_waits_for_any_camera_gets_the_first_that_is_given_back()
    {
        var held = await HoldAllAsync();
        var waiting = AnyAsync("waiter", wait: 60);
        await StandsInLineAsync("door", "gate", "yard");

        await _node.Leases.EndAsync(held["yard"], s_done); // another lease expires sooner

        var taken = await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal("yard", taken.Lease.CameraId);
        Assert.Contains("given back first", taken.Choice!.Reason, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => !_node.Slot("door").IsAwaited && !_node.Slot("gate").IsAwaited, "it has left the other lines");
    }

    [Fact]
    public async Task Whoever_came_first_is_served_first_whether_it_named_its_camera_or_not()
    {
        var held = await HoldAllAsync();
        var byName = _node.AcquireAsync("gate", new AcquireOptions("by-name", Wait: TimeSpan.FromMinutes(1)));
        var any = AnyAsync("any", wait: 60);
        await StandsInLineAsync("door", "gate", "yard");
        var late = _node.AcquireAsync("door", new AcquireOptions("late", Wait: TimeSpan.FromMinutes(1)));

        await _node.Leases.EndAsync(held["gate"], s_done);
        Assert.Equal("gate", Assert.IsType<AcquireOutcome.Granted>(await byName).Lease.CameraId);
        Assert.False(any.IsCompleted);

        await _node.Leases.EndAsync(held["door"], s_done);
        var taken = (await any.WaitAsync(TimeSpan.FromSeconds(10), Cancel)).Lease;
        Assert.Equal("door", taken.CameraId);
        Assert.False(late.IsCompleted);

        await _node.Leases.EndAsync(taken, s_done);
        Assert.Equal("door", Assert.IsType<AcquireOutcome.Granted>(await late).Lease.CameraId);
    }

    [Fact]
    public async Task Whoever_leaves_the_lines_loses_its_place_in_all_of_them()
    {
        var held = await HoldAllAsync();
        using var leaving = new CancellationTokenSource();
        var waiting = Choice.AcquireAsync(new(), new AcquireOptions("waiter", Wait: TimeSpan.FromMinutes(1)), leaving.Token);
        await StandsInLineAsync("door", "gate", "yard");

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.All(held.Values, lease => Assert.False(lease.Slot.IsAwaited));
        await _node.Leases.EndAsync(held["gate"], s_done);
        Assert.Null(_node.Slot("gate").Lease);
    }

    [Fact]
    public async Task Whoever_waits_in_vain_for_any_camera_is_told_so()
    {
        var held = await HoldAllAsync();
        var waiting = Choice.AcquireAsync(new(), new AcquireOptions("waiter", Wait: TimeSpan.FromSeconds(10)), Cancel);
        await StandsInLineAsync("door", "gate", "yard");

        await _node.PassAsync(11);

        Assert.IsType<AcquireOutcome.InUse>(await waiting);
        Assert.All(held.Values, lease => Assert.False(lease.Slot.IsAwaited));
    }

    [Fact]
    public async Task Cameras_that_are_given_back_at_once_go_to_one_waiter_each()
    {
        var held = await HoldAllAsync();
        var waiting = Enumerable.Range(0, 6).Select(i => AnyAsync($"waiter-{i}", wait: 60)).ToList();
        await Eventually.TrueAsync(() => _node.Slot("yard").IsAwaited, "somebody waits");

        await Task.WhenAll(held.Values.Select(lease => _node.Leases.EndAsync(lease, s_done)));
        for (var left = waiting.Count; left > 0; left--)
        {
            var served = await Task.WhenAny(waiting).WaitAsync(TimeSpan.FromSeconds(10), Cancel);
            waiting.Remove(served);
            await _node.Leases.EndAsync((await served).Lease, s_done);
        }

        Assert.Equal(0, _node.Captures.Open);
        Assert.All(held.Values, lease => Assert.Null(lease.Slot.Lease));
    }

    [Fact]
    public async Task A_camera_that_comes_back_into_quarantine_is_not_the_turn_of_one_who_waits_for_others_too()
    {
        var held = await HoldAllAsync();
        var waiting = AnyAsync("waiter", wait: 60);
        await StandsInLineAsync("door", "gate", "yard");

        _node.Captures.Closing = () => Task.FromResult<CloseOutcome>(new CloseOutcome.NotFree("stuck", () => Task.FromResult(false)));
        await _node.Leases.EndAsync(held["door"], s_done);
        Assert.False(waiting.IsCompleted);
        _node.Captures.Closing = () => Task.FromResult<CloseOutcome>(new CloseOutcome.Free());
        await _node.Leases.EndAsync(held["gate"], s_done);

        Assert.Equal("gate", (await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel)).Lease.CameraId);
    }

    [Fact]
    public async Task What_is_known_of_a_camera_outlives_a_restart()
    {
        var name = "node-" + Guid.NewGuid().ToString("N")[..12];
        using (var earlier = LeaseNode.Build(store.ConnectionString, name, TimeProvider.System))
        {
            await earlier.StartAsync(Cancel);
            var quality = (CameraQuality)earlier.Services.GetService(typeof(CameraQuality))!;
            await Eventually.TrueAsync(
                () =>
                {
                    quality.Keep(Camera, Played(sharpness: 444, width: 800)); // nothing is written before the stored quality has been read
                    return ReadBack(name).Result is { Measured.Sharpness: 444 };
                },
                "it is in the store");
            await earlier.StopAsync(Cancel);
        }

        using var later = LeaseNode.Build(store.ConnectionString, name, TimeProvider.System);
        await later.StartAsync(Cancel);
        var recalled = (CameraQuality)later.Services.GetService(typeof(CameraQuality))!;
        await Eventually.TrueAsync(() => recalled.Measured("door", null) is { Sharpness: 444, Width: 800 }, "it is known again");
        await later.StopAsync(Cancel);
    }

    private static Camera Camera => new("door", "door", new CameraSource(CameraKind.TestPattern, "test-pattern", ""), null, null, null, [], [], false);

    private CameraChoice Choice => _node.Get<CameraChoice>();

    private CameraRating Rating(string cameraId) => _node.Get<CameraQuality>().Rate(cameraId, null);

    private async Task<KeptQuality?> ReadBack(string node)
    {
        using var redis = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(store.ConnectionString);
        var json = await redis.GetDatabase().HashGetAsync($"attendance:{{{node}}}:quality", "door");
        return json.IsNull ? null : System.Text.Json.JsonSerializer.Deserialize<KeptQuality>(json.ToString(), System.Text.Json.JsonSerializerOptions.Web);
    }

    private async Task<AcquireOutcome.Granted> AnyAsync(string session, CameraRequirements? requirements = null, int wait = 0) =>
        Assert.IsType<AcquireOutcome.Granted>(
            await Choice.AcquireAsync(requirements ?? new(), new AcquireOptions(session, TimeSpan.FromHours(1), TimeSpan.FromSeconds(wait)), Cancel));

    private async Task<Dictionary<string, CameraLease>> HoldAllAsync()
    {
        var held = new Dictionary<string, CameraLease>();
        foreach (var (cameraId, minutes) in new[] { ("door", 30), ("gate", 20), ("yard", 40) })
        {
            held[cameraId] = await _node.HoldAsync(cameraId, "holder of " + cameraId, TimeSpan.FromMinutes(minutes));
        }

        return held;
    }

    private Task<TimeSpan> StandsInLineAsync(params string[] cameras) =>
        Eventually.TrueAsync(() => cameras.All(camera => _node.Slot(camera).IsAwaited), "it stands in all lines");

    /// <summary>Simulates one use of a camera in which it delivers such frames.</summary>
    private async Task UseAsync(string cameraId, float sharpness, int width = 640)
    {
        var lease = await _node.HoldAsync(cameraId, "user of " + cameraId);
        Play(lease.Capture!.Frames, sharpness, width);
        await _node.Leases.EndAsync(lease, s_done);
    }

    private static FrameHub Played(float sharpness, int width)
    {
        var frames = new FrameHub();
        Play(frames, sharpness, width);
        return frames;
    }

    private static void Play(FrameHub frames, float sharpness, int width)
    {
        for (var i = 0; i < 30; i++)
        {
            frames.Publish(new CapturedFrame(
                new FrameHeader(10 + i, 1 + i * Stopwatch.Frequency / 30, width, 480, sharpness, 120, 0, 1, FrameFlags.None), new byte[4]));
        }
    }
}
