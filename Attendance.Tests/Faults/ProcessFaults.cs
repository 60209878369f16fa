using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Attendance.Tests.AppHost;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>Tests the system's own processes when they are told to stop and when they are killed.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class ProcessFaults(SharedFaultySystem shared, FaultTable table)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly FaultySystem _faulty = shared.Faulty;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task An_API_that_gets_SIGINT_frees_everything() => StopsAsync(FaultRow.ApiInterrupted, ["INT"]);

    [Fact]
    public Task An_API_that_gets_SIGINT_frees_even_what_hangs() => StopsAsync(FaultRow.ApiInterruptedWedged, ["INT"], isWedged: true);

    [Fact]
    public Task An_API_that_gets_SIGTERM_frees_everything() => StopsAsync(FaultRow.ApiTerminated, ["TERM"]);

    [Fact]
    public Task An_API_that_gets_SIGTERM_frees_even_what_hangs() => StopsAsync(FaultRow.ApiTerminatedWedged, ["TERM"], isWedged: true);

    [Fact]
    public Task An_API_that_is_told_twice_still_frees_everything_before_it_ends() =>
        StopsAsync(FaultRow.ApiTerminatedTwice, ["TERM", "INT", "TERM"], isWedged: true);

    [Fact]
    public Task An_API_that_gets_SIGTERM_while_it_opens_a_camera_leaves_nothing_open() =>
        StopsAsync(FaultRow.ApiTerminatedOpening, ["TERM"], meanwhile: OpeningAsync);

    [Fact]
    public Task An_API_that_gets_SIGTERM_while_it_closes_a_camera_leaves_nothing_open() =>
        StopsAsync(FaultRow.ApiTerminatedReleasing, ["TERM"], meanwhile: ReleasingAsync);

    [Fact]
    public async Task An_API_that_is_killed_frees_everything_and_settles_its_leases_when_it_is_back()
    {
        var (free, freeWedged, settled) = (new List<TimeSpan>(), new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            var isWedged = i % 2 == 1;
            var holds = await HoldAsync(isWedged);
            var api = await _faulty.ApiAsync();
            var workers = Processes.WorkersOf(api);

            var killed = Stopwatch.GetTimestamp();
            Processes.Signal(api, "KILL");
            await Eventually.TrueAsync(() => !workers.Any(Processes.IsAlive), s_patience, "its workers are gone");
            (isWedged ? freeWedged : free).Add(Stopwatch.GetElapsedTime(killed));
            Assert.NotEqual(0, await _faulty.System.ExitCodeAsync("camera-api", Cancel));

            var moment = DateTimeOffset.UtcNow;
            Assert.True(await _faulty.System.CommandAsync("camera-api", "start", Cancel));
            await Task.WhenAll(holds.Select(hold => Eventually.TrueAsync(
                () => IsSettledAsync(hold, moment), s_patience, $"the lease of {hold.CameraId} is settled")));
            settled.Add(Processes.AgeOf(await _faulty.ApiAsync()));

            await _faulty.System.HealthyAsync("camera-api", Cancel);
            await _faulty.System.ReleaseAllAsync();
        }

        var leaked = await _faulty.LeaksAsync();
        table.Record(FaultRow.ApiRestarted, settled, leaked);
        table.Record(FaultRow.ApiKilled, free, leaked);
        if (freeWedged.Count > 0)
        {
            table.Record(FaultRow.ApiKilledWedged, freeWedged, leaked);
        }
    }

    [Fact]
    public async Task An_AppHost_that_is_told_to_stop_frees_its_cameras_and_leaves_nothing()
    {
        var (free, gone, allGone) = (new List<TimeSpan>(), new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            await OfAppHostAsync(isWedged: false, async (host, workers, all) =>
            {
                int[] ours = [host.Id, .. all.Except(AppHostProcess.OfOrchestrator(all))];
                var started = Stopwatch.GetTimestamp();
                host.Signal(i % 2 == 0 ? "INT" : "TERM");
                await MeasureAsync(started, workers, ours, free, gone);
                Assert.Equal(0, await host.ExitCodeAsync());
                await Eventually.TrueAsync(() => !all.Any(Processes.IsAlive), s_patience, "no process is left");
                allGone.Add(Stopwatch.GetElapsedTime(started));
            });
        }

        table.Record(FaultRow.AppHostStoppedFree, free, 0);
        table.Record(FaultRow.AppHostStopped, gone, 0);
        table.Record(FaultRow.OrchestratorStopped, allGone, 0);
    }

    [Fact]
    public async Task Nothing_outlives_an_AppHost_that_is_killed()
    {
        var (free, gone) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            await OfAppHostAsync(isWedged: true, async (host, workers, all) =>
            {
                var started = Stopwatch.GetTimestamp();
                host.Kill();
                await MeasureAsync(started, workers, all, free, gone);
            });
        }

        table.Record(FaultRow.AppHostKilledFree, free, 0);
        table.Record(FaultRow.AppHostKilled, gone, 0);
    }

    /// <summary>Starts a whole system in which two cameras are held, one of them optionally by a driver that hangs.</summary>
    private static async Task OfAppHostAsync(bool isWedged, Func<AppHostProcess, IReadOnlyList<int>, IReadOnlyList<int>, Task> strikeAsync)
    {
        var home = Directory.CreateTempSubdirectory("attendance-home-");
        using (var camera = new FaultCamera("faulty"))
        await using (var host = new AppHostProcess(home, camera.Setting))
        {
            await host.UpAsync();
            using var page = await host.OperatorAsync();
            foreach (var cameraId in new[] { "demo", camera.Id })
            {
                using var acquired = await page.PostAsJsonAsync("/api/leases", new { session_id = "camera_123456789_abc123", camera_id = cameraId }, Cancel);
                Assert.Equal(HttpStatusCode.Created, acquired.StatusCode);
            }

            if (isWedged)
            {
                camera.Set("once ignore SIGTERM", "once hang read");
            }

            var workers = Processes.WorkersOf(host.ServiceOf("Attendance.CameraApi"));
            Assert.Equal(2, workers.Count);
            await strikeAsync(host, workers, host.Descendants());
        }

        home.Delete(recursive: true);
    }

    private static async Task MeasureAsync(long started, IReadOnlyList<int> workers, IEnumerable<int> all, List<TimeSpan> free, List<TimeSpan> gone)
    {
        await Eventually.TrueAsync(() => !workers.Any(Processes.IsAlive), s_patience, "all cameras are free");
        free.Add(Stopwatch.GetElapsedTime(started));
        await Eventually.TrueAsync(() => !all.Any(Processes.IsAlive), s_patience, "no process is left");
        gone.Add(Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Measures from the signal until neither the API nor any of its workers runs.</summary>
    /// <param name="meanwhile">What is under way when the first signal comes; its task ends with the API at the latest.</param>
    private async Task StopsAsync(FaultRow row, string[] signals, bool isWedged = false, Func<Task<Task>>? meanwhile = null)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            var holds = await HoldAsync(isWedged);
            var underWay = meanwhile is null ? Task.CompletedTask : await meanwhile();
            using var viewer = await _faulty.System.Api.GetAsync(holds[0].Lease.StreamUrl, HttpCompletionOption.ResponseHeadersRead, Cancel);
            var api = await _faulty.ApiAsync();
            int[] processes = [api, .. Processes.WorkersOf(api)];

            var started = Stopwatch.GetTimestamp();
            foreach (var signal in signals)
            {
                Processes.Signal(api, signal);
                await Task.Delay(signals.Length > 1 ? 100 : 0, Cancel);
            }

            await Eventually.TrueAsync(() => !processes.Any(Processes.IsAlive), s_patience, "all processes are gone");
            times.Add(Stopwatch.GetElapsedTime(started));

            await underWay;
            _faulty.Faulty[^1].Set();
            Assert.Equal(0, await _faulty.System.ExitCodeAsync("camera-api", Cancel));
            Assert.True(await _faulty.System.CommandAsync("camera-api", "start", Cancel));
            await _faulty.System.HealthyAsync("camera-api", Cancel);
            foreach (var hold in holds)
            {
                Assert.Equal(["shutdown"], await _faulty.EndsAsync(hold));
            }
        }

        table.Record(row, times, await _faulty.LeaksAsync());
    }

    /// <summary>Starts an acquisition of a camera whose driver hangs in open.</summary>
    private async Task<Task> OpeningAsync()
    {
        var camera = _faulty.Faulty[^1];
        camera.Set("hang open");
        var asking = Task.Run(async () =>
        {
            try
            {
                Assert.NotEqual(HttpStatusCode.Created, (await _faulty.AskAsync(camera.Id)).Status);
            }
            catch (HttpRequestException)
            {
                // The API went before it had an answer.
            }
        }, Cancel);
        await StateAsync(camera.Id, "opening");
        return asking;
    }

    /// <summary>Starts the release of a camera whose driver hangs in close.</summary>
    private async Task<Task> ReleasingAsync()
    {
        var camera = _faulty.Faulty[^1];
        camera.Set("hang close");
        var hold = await _faulty.AcquireAsync(camera.Id);
        var releasing = Task.Run(async () =>
        {
            try
            {
                await _faulty.ReleaseAsync(hold);
            }
            catch (HttpRequestException)
            {
                // As above.
            }
        }, Cancel);
        await StateAsync(camera.Id, "releasing");
        return releasing;
    }

    private Task<TimeSpan> StateAsync(string cameraId, string state) => Eventually.TrueAsync(
        async () => await _faulty.System.StateAsync(cameraId) == state, s_patience, $"{cameraId} is {state}");

    /// <summary>Acquires three cameras, of which two optionally hang.</summary>
    private async Task<IReadOnlyList<Hold>> HoldAsync(bool isWedged)
    {
        await _faulty.System.HealthyAsync("camera-api", Cancel);
        var holds = new List<Hold> { await _faulty.AcquireAsync("demo") };
        foreach (var camera in _faulty.Faulty.Take(2))
        {
            camera.Set();
            holds.Add(await _faulty.AcquireAsync(camera.Id));
        }

        foreach (var camera in _faulty.Faulty.Take(isWedged ? 2 : 0))
        {
            await camera.StrikeAsync(["once ignore SIGTERM", "once hang read"], Cancel);
        }

        return holds;
    }

    /// <summary>Whether the lease has one recorded end, or delivers new pictures to its holder again.</summary>
    private async Task<bool> IsSettledAsync(Hold hold, DateTimeOffset since)
    {
        try
        {
            if (await _faulty.RenewAsync(hold) == HttpStatusCode.OK)
            {
                using var snapshot = await _faulty.System.Api.GetAsync(hold.Lease.SnapshotUrl, Cancel);
                return snapshot.IsSuccessStatusCode &&
                    DateTimeOffset.Parse(snapshot.Headers.GetValues("X-Timestamp").Single(), System.Globalization.CultureInfo.InvariantCulture) > since;
            }

            return (await _faulty.EndsAsync(hold)).Count == 1;
        }
        catch (HttpRequestException)
        {
            return false; // the API is not up yet
        }
    }
}

/// <summary>Tests a camera API that <c>dotnet run</c> has started, as a developer does.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class RunnerFaults(FaultTable table)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_API_whose_dotnet_run_is_killed_ends_and_can_be_started_again()
    {
        await using var faulty = await FaultySystem.StartWithDotnetRunAsync();
        var times = new List<TimeSpan>();
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            Hold[] holds = [await faulty.AcquireAsync("demo"), await faulty.AcquireAsync(faulty.Faulty[0].Id)];
            var api = await faulty.ApiAsync();
            int[] processes = [api, .. Processes.WorkersOf(api)];
            var runner = Processes.ParentOf(api);
            Assert.Equal("dotnet", Path.GetFileName(Processes.CommandLine(runner).Split('\0')[0]));

            var started = Stopwatch.GetTimestamp();
            Processes.Signal(runner, "KILL");
            await Eventually.TrueAsync(() => !processes.Any(Processes.IsAlive), s_patience, "the API and its workers are gone");
            times.Add(Stopwatch.GetElapsedTime(started));

            Assert.NotEqual(0, await faulty.System.ExitCodeAsync("camera-api", Cancel));
            Assert.True(await faulty.System.CommandAsync("camera-api", "start", Cancel));
            await faulty.System.HealthyAsync("camera-api", Cancel);
            foreach (var hold in holds)
            {
                Assert.Equal(["shutdown"], await faulty.EndsAsync(hold));
            }
        }

        table.Record(FaultRow.RunnerKilled, times, await faulty.LeaksAsync());
    }
}
