using System.Diagnostics;
using System.Net;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>Tests clients that release their camera, and workers and drivers that fail while a camera is held.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class CameraFaults(SharedFaultySystem shared, FaultTable table) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly FaultySystem _faulty = shared.Faulty;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var camera in _faulty.Faulty)
        {
            camera.Set();
        }

        await _faulty.System.ReleaseAllAsync();
    }

    [Fact]
    public async Task A_camera_that_its_client_releases_is_free()
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < FaultTable.Runs; i++)
        {
            var hold = await _faulty.AcquireAsync("demo");
            var started = Stopwatch.GetTimestamp();

            await _faulty.ReleaseAsync(hold);
            await _faulty.FreeAsync(hold, s_patience);

            times.Add(Stopwatch.GetElapsedTime(started));
        }

        table.Record(FaultRow.ClientReleases, times, await _faulty.LeaksAsync());
    }

    [Fact]
    public async Task Of_sessions_that_race_for_a_camera_exactly_one_wins()
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < FaultTable.Runs; i++)
        {
            var started = Stopwatch.GetTimestamp();

            var answers = await Task.WhenAll(_faulty.AskAsync("demo"), _faulty.AskAsync("demo"), _faulty.AskAsync("demo"));

            times.Add(Stopwatch.GetElapsedTime(started));
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
            Assert.Equal(2, answers.Count(answer => answer.Code == "camera_in_use"));
            await _faulty.System.ReleaseAllAsync();
        }

        table.Record(FaultRow.TwoRace, times, await _faulty.LeaksAsync());
    }

    [Fact]
    public Task A_worker_that_crashes_is_replaced_under_the_same_lease() =>
        ComesBackAsync(FaultRow.WorkerCrashes, "once crash read", FaultTable.Runs, atOnce: 1);

    [Fact]
    public Task A_worker_that_sends_what_is_no_record_is_replaced_under_the_same_lease() =>
        ComesBackAsync(FaultRow.BrokenRecords, "once garbage protocol", FaultTable.FewRuns, atOnce: 1);

    [Fact]
    public Task A_driver_that_hangs_in_read_is_opened_again_under_the_same_lease() =>
        ComesBackAsync(FaultRow.HangsInRead, "once hang read", FaultTable.FewRuns, atOnce: 2);

    [Fact]
    public async Task A_driver_that_delivers_what_is_no_JPEG_is_opened_again_under_the_same_lease()
    {
        var holds = new[] { await _faulty.AcquireAsync(_faulty.Faulty[0].Id), await _faulty.AcquireAsync(_faulty.Faulty[1].Id) };
        var times = await Task.WhenAll(holds.Zip(_faulty.Faulty).Select(async pair =>
        {
            var (hold, camera) = pair;
            var started = Stopwatch.GetTimestamp();
            camera.Set("garbage");
            await Eventually.TrueAsync(() => !Processes.IsAlive(hold.Worker), s_patience, "its worker is ended");
            camera.Set();
            await _faulty.DeliversAgainAsync(hold, s_patience);
            return Stopwatch.GetElapsedTime(started);
        }));

        await _faulty.System.ReleaseAllAsync();
        table.Record(FaultRow.NoPictures, times, await _faulty.LeaksAsync());
    }

    [Fact]
    public Task A_driver_that_hangs_in_close_is_ended() => IsFreedAsync(FaultRow.HangsInClose, "hang close");

    [Fact]
    public Task A_driver_that_hangs_in_close_is_ended_even_if_its_worker_ignores_SIGTERM() =>
        IsFreedAsync(FaultRow.HangsInCloseStubborn, "ignore SIGTERM", "hang close");

    [Fact]
    public async Task A_driver_that_hangs_in_open_is_given_up()
    {
        foreach (var camera in _faulty.Faulty)
        {
            camera.Set("hang open");
        }

        var api = await _faulty.ApiAsync();
        var times = await Task.WhenAll(_faulty.Faulty.Select(async camera =>
        {
            var started = Stopwatch.GetTimestamp();
            Assert.Equal("camera_unavailable", (await _faulty.AskAsync(camera.Id)).Code);
            await Eventually.TrueAsync(async () => await _faulty.System.StateAsync(camera.Id) == "available", s_patience, $"{camera.Id} is free");
            return Stopwatch.GetElapsedTime(started);
        }));

        Assert.Empty(Processes.WorkersOf(api));
        table.Record(FaultRow.HangsInOpen, times, await _faulty.LeaksAsync());
    }

    /// <summary>Measures from the fault until the same lease delivers a picture taken after the old worker's end.</summary>
    private async Task ComesBackAsync(FaultRow row, string fault, int rounds, int atOnce)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < rounds; i++)
        {
            var holds = new List<Hold>();
            foreach (var camera in _faulty.Faulty.Take(atOnce))
            {
                holds.Add(await _faulty.AcquireAsync(camera.Id));
            }

            times.AddRange(await Task.WhenAll(holds.Zip(_faulty.Faulty).Select(async pair =>
            {
                var started = Stopwatch.GetTimestamp();
                pair.Second.Set(fault);
                await _faulty.DeliversAgainAsync(pair.First, s_patience);
                return Stopwatch.GetElapsedTime(started);
            })));

            foreach (var hold in holds)
            {
                Assert.Equal(HttpStatusCode.OK, await _faulty.RenewAsync(hold));
                await _faulty.ReleaseAsync(hold);
            }
        }

        table.Record(row, times, await _faulty.LeaksAsync());
    }

    /// <summary>Measures from the release until the device is free.</summary>
    private async Task IsFreedAsync(FaultRow row, params string[] faults)
    {
        foreach (var camera in _faulty.Faulty)
        {
            camera.Set(faults);
        }

        var times = new List<TimeSpan>();
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            times.AddRange(await Task.WhenAll((await _faulty.AcquireAllAsync()).Select(async hold =>
            {
                var started = Stopwatch.GetTimestamp();
                await _faulty.ReleaseAsync(hold);
                await _faulty.FreeAsync(hold, s_patience);
                return Stopwatch.GetElapsedTime(started);
            })));
        }

        table.Record(row, times, await _faulty.LeaksAsync());
    }
}

/// <summary>Tests a camera that cannot be shown to be free. It has a system of its own, because nobody else can have that camera.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class QuarantineFaults(FaultTable table)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_camera_whose_worker_cannot_be_shown_to_be_gone_is_quarantined_until_it_can()
    {
        await using var faulty = await FaultySystem.StartAsync();
        foreach (var camera in faulty.Faulty)
        {
            camera.Set("keep pipe");
        }

        var holds = await faulty.AcquireAllAsync();
        var times = await Task.WhenAll(holds.Select(async hold =>
        {
            var started = Stopwatch.GetTimestamp();
            await faulty.ReleaseAsync(hold);
            await StateAsync(hold, "quarantined");
            return Stopwatch.GetElapsedTime(started);
        }));

        foreach (var hold in holds)
        {
            Assert.Equal("camera_quarantined", (await faulty.AskAsync(hold.CameraId)).Code);
        }

        table.Record(FaultRow.NotProvenFree, times, leaked: 0);

        var back = await Task.WhenAll(holds.Zip(faulty.Faulty).Select(async pair =>
        {
            var started = Stopwatch.GetTimestamp();
            pair.Second.Set();
            await StateAsync(pair.First, "available");
            return Stopwatch.GetElapsedTime(started);
        }));
        table.Record(FaultRow.NotProvenFreeBack, back, await faulty.LeaksAsync());

        Task StateAsync(Hold hold, string state) => Eventually.TrueAsync(
            async () => await faulty.System.StateAsync(hold.CameraId) == state, s_patience, $"{hold.CameraId} is {state}");
    }
}
