using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>
/// Tests two that share a camera, as a recognizer and a guard do: what happens to one never touches the other, and what happens to the
/// camera is over for both.
/// </summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class SharedFaults(SharedFaultySystem shared, FaultTable table) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly FaultySystem _faulty = shared.Faulty;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _faulty.Faulty[0].Set();
        await _faulty.System.ReleaseAllAsync();
    }

    [Fact]
    public async Task However_one_of_two_loses_the_camera_the_other_goes_on_and_the_last_one_frees_it()
    {
        var (gaps, freed) = (new List<TimeSpan>(), new List<TimeSpan>());
        Func<Hold, Task>[] ways = [_faulty.ReleaseAsync, ForceOutAsync, TakeOverAsync];
        for (var i = 0; i < FaultTable.Runs; i++)
        {
            var recognizer = await _faulty.ShareAsync("demo", role: "recognizer");
            var guard = await _faulty.ShareAsync("demo", recognizer, role: "guard");
            await using (var watch = await StreamWatch.BeginAsync(_faulty.System, recognizer.Lease))
            {
                gaps.Add(await watch.LongestGapAsync(() => ways[i % ways.Length](guard)));
            }

            Assert.Equal(HttpStatusCode.Gone, await _faulty.RenewAsync(guard));
            Assert.Equal(HttpStatusCode.OK, await _faulty.RenewAsync(recognizer));
            await EndOthersAsync(recognizer);

            var started = Stopwatch.GetTimestamp();
            await _faulty.ReleaseAsync(recognizer);
            await _faulty.FreeAsync(recognizer, s_patience);
            freed.Add(Stopwatch.GetElapsedTime(started));
        }

        var leaked = await _faulty.LeaksAsync();
        table.Record(FaultRow.SharedLast, freed, leaked);
        table.Record(FaultRow.SharedPictures, gaps, leaked);

        Task TakeOverAsync(Hold guard) => _faulty.ShareAsync("demo", guard, role: "guard", takeover: true);
    }

    [Fact]
    public async Task A_page_that_shares_a_camera_and_is_killed_loses_it_and_the_other_sees_nothing_of_it()
    {
        var (gaps, ended) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            var recognizer = await _faulty.ShareAsync("demo", role: "recognizer");
            await using var watch = await StreamWatch.BeginAsync(_faulty.System, recognizer.Lease);
            await using var browser = await _faulty.System.BrowserAsync(Cancel);
            var page = await browser.OpenAsync(new Uri(_faulty.System.Web, "/cameras/demo?shared"));
            await page.LiveAsync(Cancel);
            Assert.Equal(2, await HoldersAsync());

            gaps.Add(await watch.LongestGapAsync(async () =>
            {
                var started = Stopwatch.GetTimestamp();
                Processes.Signal(browser.Id, "KILL");
                await Eventually.TrueAsync(async () => await HoldersAsync() == 1, s_patience, "its lease has ended");
                ended.Add(Stopwatch.GetElapsedTime(started));
            }));
            await _faulty.ReleaseAsync(recognizer);
            await _faulty.FreeAsync(recognizer, s_patience);
        }

        Assert.All(gaps, gap => Assert.True(gap <= FaultRow.SharedPictures.Bound, $"The other saw nothing for {gap.TotalMilliseconds:0} ms."));
        table.Record(FaultRow.SharedHolderKilled, ended, await _faulty.LeaksAsync());
    }

    [Fact]
    public async Task A_worker_that_crashes_is_replaced_for_both()
    {
        var camera = _faulty.Faulty[0];
        var times = new List<TimeSpan>();
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            var (one, other) = await ShareBothAsync(camera.Id);
            var started = Stopwatch.GetTimestamp();
            camera.Set("once crash read");
            await Task.WhenAll(_faulty.DeliversAgainAsync(one, s_patience), _faulty.DeliversAgainAsync(other, s_patience));
            times.Add(Stopwatch.GetElapsedTime(started));
            await StillHaveItAsync(one, other);
        }

        table.Record(FaultRow.SharedWorkerCrashes, times, await _faulty.LeaksAsync());
    }

    [Fact]
    public async Task An_API_that_was_killed_goes_on_with_both()
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            var (one, other) = await ShareBothAsync("demo");
            Processes.Signal(await _faulty.ApiAsync(), "KILL");
            await _faulty.System.ExitCodeAsync("camera-api", Cancel);
            Assert.True(await _faulty.System.CommandAsync("camera-api", "start", Cancel));
            await Eventually.TrueAsync(() => GoesOnAsync(one), s_patience, "the first goes on");
            await Eventually.TrueAsync(() => GoesOnAsync(other), s_patience, "the other goes on");
            times.Add(Processes.AgeOf(await _faulty.ApiAsync()));
            await _faulty.System.HealthyAsync("camera-api", Cancel);
            await StillHaveItAsync(one, other);
        }

        table.Record(FaultRow.SharedApiKilled, times, await _faulty.LeaksAsync());
    }

    private async Task<(Hold One, Hold Other)> ShareBothAsync(string cameraId)
    {
        var one = await _faulty.ShareAsync(cameraId);
        return (one, await _faulty.ShareAsync(cameraId, one));
    }

    /// <summary>Both can renew their leases, and give the camera back one after the other.</summary>
    private async Task StillHaveItAsync(params Hold[] holds)
    {
        Assert.Equal(holds.Length, await HoldersAsync(holds[0].CameraId));
        foreach (var hold in holds)
        {
            Assert.Equal(HttpStatusCode.OK, await _faulty.RenewAsync(hold));
            await _faulty.ReleaseAsync(hold);
        }

        Assert.Equal(0, await HoldersAsync(holds[0].CameraId));
    }

    private async Task ForceOutAsync(Hold hold)
    {
        using var response = await _faulty.System.Api.PostAsJsonAsync(
            $"/api/cameras/{hold.CameraId}/release", new { by = "tests", why = "one of them is forced out", lease_ref = hold.Lease.Ref }, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task EndOthersAsync(Hold stays)
    {
        foreach (var holder in (await CameraAsync(stays.CameraId)).GetProperty("holders").EnumerateArray().Select(one => one.GetProperty("lease_ref").GetString()!).Where(one => one != stays.Lease.Ref))
        {
            using var response = await _faulty.System.Api.PostAsJsonAsync(
                $"/api/cameras/{stays.CameraId}/release", new { by = "tests", why = "only one is to stay", lease_ref = holder }, Cancel);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private async Task<bool> GoesOnAsync(Hold hold)
    {
        try
        {
            using var snapshot = await _faulty.System.Api.GetAsync(hold.Lease.SnapshotUrl, Cancel);
            return snapshot.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // it has not started yet
        }
    }

    private Task<JsonElement> CameraAsync(string cameraId) => _faulty.System.Api.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}", Cancel);

    private async Task<int> HoldersAsync(string cameraId = "demo") => (await CameraAsync(cameraId)).GetProperty("holders").GetArrayLength();
}
