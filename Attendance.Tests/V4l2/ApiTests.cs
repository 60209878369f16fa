using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.Tests.CameraWorker;
using Attendance.Tests.Faults;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.V4l2;

/// <summary>
/// The promise, on real devices: whatever ends, the device is free; whatever comes back, the lease delivers. The times that
/// are printed are upper bounds, for the machine is an emulated one.
/// </summary>
[Trait("Suite", V4l2Guest.Suite)]
[Collection(V4l2Guest.Suite)]
public sealed class ApiTests(DeviceApis apis, FaultTable table) : IClassFixture<DeviceApis>, IAsyncLifetime
{
    private readonly string _session = $"camera_{Guid.NewGuid():N}";
    private static readonly string?[] s_endsInTime = ["node_restarted", "expired"];

    private DeviceApi _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await V4l2Guest.ReadyAsync();
        _api = await apis.RunningAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is { IsRunning: true })
        {
            using var _ = await _api.Http.PostAsJsonAsync("/api/camera/cleanup/", new { force = true }, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Both_devices_are_shown_under_stable_ids()
    {
        var listed = await DeviceApi.ListCamerasAsync(_api.Address);
        Assert.Matches(@"platform-vivid-000 +vivid +device +available", listed);
        Assert.Matches(@"platform-vivid-001 +vivid +device +available", listed);

        var cameras = await CamerasAsync();
        Assert.Equal([Vivid.First, Vivid.Second], cameras.Select(camera => camera.GetProperty("camera_id").GetString()));
        Assert.All(cameras, camera =>
        {
            Assert.Equal("available", camera.GetProperty("state").GetString());
            Assert.Contains(camera.GetProperty("formats").EnumerateArray(), format => format.GetRawText().Contains("YUYV", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task A_device_with_a_configured_name_is_listed_once()
    {
        var node = Vivid.NodeOf(Vivid.First);

        // No API answers there: the command looks for itself, with the configuration that it is given.
        var listed = await DeviceApi.ListCamerasAsync(new Uri("http://127.0.0.1:1"), ("Cameras__door__Source", "device:" + node));

        Assert.Matches("door +door +device +present", listed);
        Assert.DoesNotContain(Vivid.First, listed, StringComparison.Ordinal);
        Assert.Contains(Vivid.Second, listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_somebody_started_by_hand_on_a_device_is_ended_and_told()
    {
        await using var worker = RunningWorker.StartAndOpen(
            "device:" + Vivid.NodeOf(Vivid.First), request => request with { Width = 640, Height = 360, FrameRate = 15 });
        await worker.OpenedAsync();
        var started = Stopwatch.GetTimestamp();

        await Eventually.TrueAsync(() => Task.FromResult(!Processes.IsAlive(worker.Id)), DeviceApi.Patience, "the worker is gone");
        Measured("found and ended", started);
        Assert.Empty(DeviceUsers.Of(Vivid.NodeOf(Vivid.First)));
        await Eventually.TrueAsync(
            async () => (await _api.Http.GetFromJsonAsync<JsonElement>("/api/alerts", Cancel)).GetProperty("alerts").EnumerateArray().Any(alert =>
                alert.GetProperty("rule").GetString() == "leak" && alert.GetProperty("camera_id").GetString() == Vivid.First), DeviceApi.Patience,
            "the alert is open");
        await _api.AcquireAsync(Vivid.First, _session);
    }

    [Fact]
    public async Task A_device_is_nobody_elses_while_it_is_held_and_everybodys_after_that()
    {
        var node = Vivid.NodeOf(Vivid.First);
        var started = Stopwatch.GetTimestamp();
        var lease = await _api.AcquireAsync(Vivid.First, _session);
        Measured("acquired", started);

        var (first, _) = await _api.SnapshotAsync(lease);
        await _api.DeliversAsync(lease, "the first");
        var (second, _) = await _api.SnapshotAsync(lease);
        Assert.NotEqual(first, second);
        using (var picture = Cv2.ImDecode(second, ImreadModes.Color))
        {
            Assert.Equal((640, 480), (picture.Width, picture.Height));
        }

        var (response, stream) = await _api.WatchAsync(lease);
        using (response)
        {
            var start = new byte[200];
            await stream.ReadExactlyAsync(start, Cancel);
            Assert.Contains($"X-Fencing-Token: {lease.FencingToken}", System.Text.Encoding.Latin1.GetString(start), StringComparison.Ordinal);

            Assert.Equal("held", await _api.StateAsync(Vivid.First));
            Assert.Equal(Processes.WorkersOf(_api.Pid).Intersect(DeviceUsers.Of(node)), DeviceUsers.Of(node));
            Assert.Single(DeviceUsers.Of(node));
            Assert.False(await Vivid.AnotherProgramCanStreamAsync(node));
            using var refused = await _api.AskAsync(Vivid.First, _session + "_2");
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Equal("camera_in_use", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());

            started = Stopwatch.GetTimestamp();
            await _api.ReleaseAsync(lease);
            Measured("released, while it was watched", started);

            Assert.Empty(DeviceUsers.Of(node));
            await stream.CopyToAsync(Stream.Null, Cancel).WaitAsync(DeviceApi.Patience, Cancel); // the stream ends as well
        }

        var (found, users) = await RunningWorker.RunAsync("fuser", node);
        Assert.True(found == 1 && users.Trim().Length == 0, $"fuser: {users}");
        Assert.True(await Vivid.AnotherProgramCanStreamAsync(node));
        Assert.Equal("available", await _api.StateAsync(Vivid.First));
    }

    // Eight minutes in emulation: run by its name, with -explicit on.
    [Fact(Explicit = true)]
    public async Task Nothing_piles_up_however_often_a_device_is_acquired_and_released()
    {
        const int times = 100;
        var node = Vivid.NodeOf(Vivid.First);
        await _api.ReleaseAsync(await _api.AcquireAsync(Vivid.First, _session)); // what is only loaded once, is
        await QuietAsync();
        var before = _api.Descriptors();

        var (acquired, released) = (new List<TimeSpan>(), new List<TimeSpan>());
        while (acquired.Count < times)
        {
            var started = Stopwatch.GetTimestamp();
            var lease = await _api.AcquireAsync(Vivid.First, _session);
            acquired.Add(Stopwatch.GetElapsedTime(started));
            started = Stopwatch.GetTimestamp();
            await _api.ReleaseAsync(lease);
            released.Add(Stopwatch.GetElapsedTime(started));
            Assert.Empty(DeviceUsers.Of(node));
        }

        await QuietAsync();
        Print($"{acquired.Count} times; acquired {Spread(acquired)}, released {Spread(released)}; descriptors {before} before, {_api.Descriptors()} after");
        await Eventually.TrueAsync(() => _api.Descriptors() <= before, DeviceApi.Patience, $"{before} descriptors", () => $"There are {_api.Descriptors()}.");
        Assert.True(await Vivid.AnotherProgramCanStreamAsync(node));

        Task QuietAsync() => Eventually.TrueAsync(() => Processes.WorkersOf(_api.Pid).Count == 0, DeviceApi.Patience, "no worker is left");
    }

    [Fact]
    public async Task A_killed_API_leaves_its_device_free_and_goes_on_with_its_lease()
    {
        var node = Vivid.NodeOf(Vivid.First);
        var lease = await _api.AcquireAsync(Vivid.First, _session);
        var (response, _) = await _api.WatchAsync(lease);
        using var watching = response;
        var workers = Processes.WorkersOf(_api.Pid);
        Assert.NotEmpty(DeviceUsers.Of(node));

        var started = Stopwatch.GetTimestamp();
        Assert.Equal(128 + 9, await _api.SignalAsync("KILL"));

        await Eventually.TrueAsync(() => DeviceUsers.Of(node).Count == 0, DeviceApi.Patience, "the device is free");
        Measured("device free after kill -9 of the API", started);
        await Eventually.TrueAsync(() => !workers.Any(Processes.IsAlive), DeviceApi.Patience, "its workers are gone");
        Assert.True(await Vivid.AnotherProgramCanStreamAsync(node));

        started = Stopwatch.GetTimestamp();
        _api = await apis.RunningAsync();
        using var renewed = await _api.Http.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        Measured("lease settled after the API was started again", started);
        if (renewed.IsSuccessStatusCode)
        {
            await _api.DeliversAsync(lease, "the API was started again");
            await _api.ReleaseAsync(lease);
        }
        else
        {
            // So slow a machine may be back after the lease's time only.
            Assert.Contains(Assert.Single(await EndsAsync(Vivid.First, lease)), s_endsInTime);
        }

        await _api.AcquireAsync(Vivid.First, _session);
    }

    [Fact]
    public async Task An_API_that_is_told_to_stop_frees_its_device_and_exits_with_0()
    {
        var node = Vivid.NodeOf(Vivid.First);
        var lease = await _api.AcquireAsync(Vivid.First, _session);
        var (response, stream) = await _api.WatchAsync(lease);
        using var watching = response;
        var workers = Processes.WorkersOf(_api.Pid);

        var started = Stopwatch.GetTimestamp();
        var code = await _api.SignalAsync("TERM");
        Measured("gone after SIGTERM", started);

        Assert.True(code == 0, $"Exit code {code}. {_api.Log}");
        Assert.Empty(DeviceUsers.Of(node));
        Assert.DoesNotContain(workers, Processes.IsAlive);
        Assert.True(await Vivid.AnotherProgramCanStreamAsync(node));
        await stream.CopyToAsync(Stream.Null, Cancel).WaitAsync(DeviceApi.Patience, Cancel);
    }

    [Fact]
    public async Task A_killed_worker_is_replaced_and_the_same_lease_delivers()
    {
        var node = Vivid.NodeOf(Vivid.First);
        var lease = await _api.AcquireAsync(Vivid.First, _session);
        var worker = Assert.Single(DeviceUsers.Of(node));

        var started = Stopwatch.GetTimestamp();
        Processes.Signal(worker, "KILL");
        await Eventually.TrueAsync(() => !Processes.IsAlive(worker), DeviceApi.Patience, "the worker is gone");
        await _api.DeliversAsync(lease, "the worker was killed");
        Measured("the same lease delivers again after kill -9 of its worker", started);

        await StillOurs(lease);
        Assert.DoesNotContain(worker, DeviceUsers.Of(node));
    }

    private static readonly List<TimeSpan> s_missing = [], s_back = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lease_waits_for_its_unplugged_device_and_delivers_when_it_is_back(bool underAnotherNumber)
    {
        var node = Vivid.NodeOf(Vivid.First);
        var lease = await _api.AcquireAsync(Vivid.First, _session, mode: "shared");
        var guard = await _api.AcquireAsync(Vivid.First, _session + "_guard", mode: "shared");
        // As long as somebody has the old node open, the kernel does not give its number to another.
        using var keepsTheNumber = underAnotherNumber ? File.OpenHandle(node, FileMode.Open, FileAccess.Read, FileShare.ReadWrite) : null;

        var started = Stopwatch.GetTimestamp();
        await Vivid.UnplugAsync();
        try
        {
            await BecomesAsync(Vivid.First, "suspended");
            Measured("suspended after unplugging", started);
            s_missing.Add(Stopwatch.GetElapsedTime(started));
            await BecomesAsync(Vivid.Second, "missing");
            Measured("the other, which nobody held, missing", started);
            if (underAnotherNumber)
            {
                await _api.ReleaseAsync(guard); // one that shares it gives it up; the other goes on waiting
                await BecomesAsync(Vivid.First, "suspended");
            }
        }
        finally
        {
            started = Stopwatch.GetTimestamp();
            await Vivid.PlugInAsync();
        }

        await BecomesAsync(Vivid.First, "held");
        await _api.DeliversAsync(lease, "the device is back");
        Measured("the same lease delivers again after plugging in", started);
        s_back.Add(Stopwatch.GetElapsedTime(started));
        table.Record(FaultRow.Unplugged, s_missing, leaked: 0);
        table.Record(FaultRow.PluggedIn, s_back, leaked: 0);
        await StillOurs(lease);
        if (!underAnotherNumber)
        {
            await _api.DeliversAsync(guard, "it is back for the guard as well");
            await StillOurs(guard);
            await _api.ReleaseAsync(guard);
            await _api.DeliversAsync(lease, "the guard has left");
        }

        Assert.True(!underAnotherNumber || node != Vivid.NodeOf(Vivid.First));
        Assert.Equal("available", await _api.StateAsync(Vivid.Second));

        await _api.ReleaseAsync(lease);
        Assert.Empty(DeviceUsers.Of(Vivid.NodeOf(Vivid.First)));
        if (keepsTheNumber is not null)
        {
            // The next test finds the usual numbers.
            keepsTheNumber.Dispose();
            await Vivid.UnplugAsync();
            await Vivid.PlugInAsync();
        }
    }

    /// <summary>Only a change of its node says so: what nobody holds nobody reads from, and the API looks by itself every half minute only.</summary>
    [Fact]
    public async Task A_device_that_comes_or_goes_is_seen_by_its_node()
    {
        Assert.Contains("Attached cameras are watched by changes of /dev", _api.Log, StringComparison.Ordinal);
        foreach (var (act, state) in new (Func<Task>, string)[] { (Vivid.UnplugAsync, "missing"), (Vivid.PlugInAsync, "available"), (Vivid.UnplugAsync, "missing"), (Vivid.PlugInAsync, "available") })
        {
            var started = Stopwatch.GetTimestamp();
            await act();
            await BecomesAsync(Vivid.Second, state);
            Measured($"{state} as its node says", started);
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(25), "It was seen by a look, not told."); // what it may take otherwise
        }

        Assert.Contains($"Camera {Vivid.Second} is no longer attached", _api.Log, StringComparison.Ordinal);
        Assert.Contains($"Camera {Vivid.Second} is attached", _api.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_that_may_move_goes_on_with_the_other_device()
    {
        using var response = await _api.Http.PostAsJsonAsync(
            "/api/leases", new { session_id = _session, camera_id = Vivid.First, ttl_seconds = 600, failover = true }, Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.Created, _api.Log);
        var lease = Lease.From(await response.Content.ReadFromJsonAsync<JsonElement>(Cancel));
        try
        {
            var started = Stopwatch.GetTimestamp();
            await Vivid.SetAsync(Vivid.NodeOf(Vivid.First), "disconnect", 1); // this one alone
            var now = default(JsonElement);
            await Eventually.TrueAsync(
                async () => (now = await _api.Http.GetFromJsonAsync<JsonElement>($"/api/leases/{lease.Id}", Cancel)).GetProperty("camera_id").GetString() == Vivid.Second, DeviceApi.Patience,
                "the lease has moved");
            Measured("moved to the other device", started);

            var moved = lease with { FencingToken = now.GetProperty("fencing_token").GetInt64(), SnapshotUrl = now.GetProperty("snapshot_url").GetString()! };
            await _api.DeliversAsync(moved, "the move");
            Assert.Single(DeviceUsers.Of(Vivid.NodeOf(Vivid.Second)));
            Assert.Equal(["device_lost"], await EndsAsync(Vivid.First, lease));
            await _api.ReleaseAsync(lease);
            Assert.Empty(DeviceUsers.Of(Vivid.NodeOf(Vivid.Second)));
        }
        finally
        {
            await Vivid.UnplugAsync();
            await Vivid.PlugInAsync();
        }

        await BecomesAsync(Vivid.First, "available");
    }

    /// <summary>The clock of the API, of its store and of everything else on the machine.</summary>
    [Fact]
    public async Task A_system_clock_that_jumps_changes_nothing()
    {
        var times = new List<TimeSpan>();
        var lease = await _api.AcquireAsync(Vivid.First, _session);
        foreach (var jump in (TimeSpan[])[TimeSpan.FromHours(-1), TimeSpan.FromHours(25), TimeSpan.FromHours(-24)])
        {
            var started = Stopwatch.GetTimestamp();
            await Vivid.JumpAsync(jump);
            await _api.DeliversAsync(lease, $"a jump of {jump.TotalHours} h");
            times.Add(Stopwatch.GetElapsedTime(started));
            await StillOurs(lease);

            await Task.Delay(TimeSpan.FromSeconds(12), Cancel); // node and store are compared every five
            await StillOurs(lease);
            Assert.Equal("held", await _api.StateAsync(Vivid.First));
            using var refused = await _api.AskAsync(Vivid.First, _session + "_2");
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        }

        await _api.ReleaseAsync(lease);
        Assert.Equal(["client"], await EndsAsync(Vivid.First, lease));
        Assert.True((await _api.AcquireAsync(Vivid.First, _session)).FencingToken > lease.FencingToken);
        table.Record(FaultRow.ClockJumps, times, leaked: 0);
    }

    [Fact]
    public async Task A_device_that_does_not_come_back_ends_its_lease()
    {
        var lease = await _api.AcquireAsync(Vivid.First, _session);

        var started = Stopwatch.GetTimestamp();
        await Vivid.UnplugAsync();
        try
        {
            await BecomesAsync(Vivid.First, "missing");
            Measured("lease ended after unplugging, with a grace of 30 s", started);
        }
        finally
        {
            await Vivid.PlugInAsync();
        }

        using var renewed = await _api.Http.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        Assert.Equal(HttpStatusCode.Gone, renewed.StatusCode);
        Assert.Equal("device_lost", (await renewed.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("reason").GetString());
        await BecomesAsync(Vivid.First, "available");
        await _api.AcquireAsync(Vivid.First, _session + "_2");
    }

    [Fact]
    public async Task A_device_that_fails_every_call_is_opened_again_and_the_other_goes_on()
    {
        var lease = await _api.AcquireAsync(Vivid.First, _session);
        var other = await _api.AcquireAsync(Vivid.Second, _session);
        var (worker, otherWorker) = (Assert.Single(UsersOf(Vivid.First)), Assert.Single(UsersOf(Vivid.Second)));

        // It lasts until the last who has it open closes it: a cable that is pulled out and put back at once.
        var started = Stopwatch.GetTimestamp();
        await Vivid.SetAsync(Vivid.NodeOf(Vivid.First), "disconnect", 1);
        await Eventually.TrueAsync(() => Task.FromResult(!Processes.IsAlive(worker)), DeviceApi.Patience, "the worker gives up");
        await _api.DeliversAsync(lease, "'disconnect'");
        Measured("the same lease delivers again after 'disconnect'", started);

        await StillOurs(lease);
        await StillOurs(other);
        await _api.DeliversAsync(other, "the first was disconnected");
        Assert.Equal([otherWorker], UsersOf(Vivid.Second));

        static IReadOnlyList<int> UsersOf(string id) => DeviceUsers.Of(Vivid.NodeOf(id));
    }

    [Fact]
    public async Task A_lease_outlives_the_errors_of_its_driver()
    {
        var node = Vivid.NodeOf(Vivid.First);
        var lease = await _api.AcquireAsync(Vivid.First, _session);

        foreach (var fault in (string[])["inject_v4l2_buf_flag_error", "inject_vidioc_qbuf_error", "inject_fatal_streaming_error"])
        {
            var started = Stopwatch.GetTimestamp();
            await Vivid.SetAsync(node, fault, 1);
            await _api.DeliversAsync(lease, fault);
            Measured($"delivers after {fault}", started);
        }

        // These strike who opens the device, so it is opened again.
        foreach (var fault in (string[])["inject_vidioc_reqbufs_error", "inject_vidioc_streamon_error"])
        {
            var started = Stopwatch.GetTimestamp();
            await Vivid.SetAsync(node, fault, 1);
            await Vivid.SetAsync(node, "inject_fatal_streaming_error", 1);
            await _api.DeliversAsync(lease, fault);
            Measured($"delivers after {fault} when it was opened again", started);
        }

        await StillOurs(lease);
        await _api.ReleaseAsync(lease);
        Assert.Empty(DeviceUsers.Of(node));
    }

    [Fact]
    public async Task A_device_that_goes_silent_is_opened_again_until_it_speaks()
    {
        var node = Vivid.NodeOf(Vivid.First);
        var lease = await _api.AcquireAsync(Vivid.First, _session);
        var worker = Assert.Single(DeviceUsers.Of(node));

        var started = Stopwatch.GetTimestamp();
        await Vivid.SetAsync(node, "percentage_of_dropped_buffers", 100);
        try
        {
            await Eventually.TrueAsync(
                async () => (await _api.CameraAsync(Vivid.First)).GetProperty("detail").GetString() is not null, DeviceApi.Patience, "the silence is reported");
            Measured("silence reported, at a stall time-out of 20 s", started);
        }
        finally
        {
            await Vivid.SetAsync(node, "percentage_of_dropped_buffers", 0);
        }

        started = Stopwatch.GetTimestamp();
        await _api.DeliversAsync(lease, "the silence");
        Measured("delivers after the silence", started);
        await StillOurs(lease);
        Assert.DoesNotContain(worker, DeviceUsers.Of(node));
        await _api.ReleaseAsync(lease);
        Assert.Empty(DeviceUsers.Of(node));
    }

    [Fact]
    public async Task Of_two_sessions_that_race_for_a_device_exactly_one_gets_it()
    {
        const int races = 4;
        for (var race = 0; race < races; race++)
        {
            var asked = await Task.WhenAll(_api.AskAsync(Vivid.First, _session + "_1"), _api.AskAsync(Vivid.First, _session + "_2"));

            Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict], asked.Select(answer => answer.StatusCode).Order());
            Assert.Single(DeviceUsers.Of(Vivid.NodeOf(Vivid.First)));
            var winner = asked.Single(answer => answer.StatusCode == HttpStatusCode.Created);
            await _api.ReleaseAsync(Lease.From(await winner.Content.ReadFromJsonAsync<JsonElement>(Cancel)));
            Array.ForEach(asked, answer => answer.Dispose());
        }
    }

    private async Task BecomesAsync(string cameraId, string state)
    {
        try
        {
            await Eventually.TrueAsync(async () => await _api.StateAsync(cameraId) == state, DeviceApi.Patience, $"{cameraId} is {state}");
        }
        catch
        {
            Print($"It is {await _api.StateAsync(cameraId)}. {_api.Log}");
            throw;
        }
    }

    /// <summary>The same lease as at first, of the same session, and all is well.</summary>
    private async Task StillOurs(Lease lease)
    {
        using var renewed = await _api.Http.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
    }

    /// <summary>For what reasons a lease ended: none, while it lives.</summary>
    private async Task<IReadOnlyList<string?>> EndsAsync(string cameraId, Lease lease) =>
    [
        .. (await _api.Http.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}/history", Cancel)).GetProperty("items").EnumerateArray()
            .Where(item => item.GetProperty("lease_ref").GetString() == lease.Ref)
            .Select(item => item.GetProperty("reason").GetString()),
    ];

    private async Task<IReadOnlyList<JsonElement>> CamerasAsync() =>
        [.. (await _api.Http.GetFromJsonAsync<JsonElement>("/api/cameras", Cancel)).GetProperty("cameras").EnumerateArray()];

    private static string Spread(List<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return $"{sorted[sorted.Count / 2].TotalSeconds:0.00} s (worst {sorted[^1].TotalSeconds:0.00} s)";
    }

    private static void Measured(string what, long since) => Print($"{what}: {Stopwatch.GetElapsedTime(since).TotalSeconds:0.00} s");

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
