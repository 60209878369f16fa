using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>The whole system with cameras that fail on demand, and helpers that observe them from outside.</summary>
public sealed class FaultySystem : IAsyncDisposable
{
    private const int Cameras = 5;
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(10);

    private readonly List<Hold> _holds = [];

    private FaultySystem(AttendanceSystem system, IReadOnlyList<FaultCamera> cameras) => (System, Faulty) = (system, cameras);

    public AttendanceSystem System { get; }

    public IReadOnlyList<FaultCamera> Faulty { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<FaultySystem> StartAsync(params string[] arguments) => StartAsync(AttendanceSystem.StartAsync, arguments);

    /// <summary>As <see cref="AttendanceSystem.StartWithDotnetRunAsync"/>.</summary>
    public static Task<FaultySystem> StartWithDotnetRunAsync() => StartAsync(AttendanceSystem.StartWithDotnetRunAsync, []);

    private static async Task<FaultySystem> StartAsync(Func<CancellationToken, string[], Task<AttendanceSystem>> startAsync, string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What became of a process is read from /proc.");
        var cameras = Enumerable.Range(1, Cameras).Select(i => new FaultCamera($"faulty-{i}")).ToList();
        return new(await startAsync(Cancel, [.. cameras.Select(camera => camera.Setting), .. arguments]), cameras);
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        foreach (var camera in Faulty)
        {
            camera.Dispose();
        }
    }

    public Task<int> ApiAsync() => System.ProcessAsync("camera-api", Cancel);

    /// <summary>The camera API's workers.</summary>
    public async Task<IReadOnlyList<int>> WorkersAsync() => Processes.WorkersOf(await ApiAsync());

    /// <summary>Returns the one worker that was started since others were there.</summary>
    public async Task<int> NewWorkerAsync(IReadOnlyList<int> others)
    {
        IReadOnlyList<int> started = [];
        await Eventually.TrueAsync(
            async () => (started = [.. (await WorkersAsync()).Except(others)]).Count == 1, s_settling, "one worker was started", () => $"There are {started.Count}.");
        return started[0];
    }

    /// <summary>
    /// Acquires once the store is back. The client of the store may replace its connection just after the first answer, so who is refused in
    /// that moment asks again.
    /// </summary>
    public async Task<Hold> AcquireAgainAsync(string cameraId, TimeSpan patience)
    {
        Hold? hold = null;
        var refusal = "";
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    hold = await AcquireAsync(cameraId);
                    return true;
                }
                catch (HttpRequestException refused) when (refused.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    refusal = refused.Message;
                    return false;
                }
            },
            patience, $"{cameraId} is granted", () => refusal);
        return hold!;
    }

    public Task<Hold> AcquireAsync(string cameraId, int? ttlSeconds = null) => AcquireAsync(
        cameraId, async session => (await System.AcquireAsync(cameraId, session, ttlSeconds), null));

    /// <summary>Acquires a camera that others may have too.</summary>
    /// <param name="beside">The one that has it already; null for the first.</param>
    public Task<Hold> ShareAsync(string cameraId, Hold? beside = null, string? role = null, bool takeover = false) => AcquireAsync(
        cameraId, async session => (await System.AcquireAsync(cameraId, session, mode: "shared", role: role, takeover: takeover), beside?.Worker));

    private async Task<Hold> AcquireAsync(string cameraId, Func<string, Task<(Lease Lease, int? Worker)>> acquireAsync)
    {
        var others = await WorkersAsync();
        var session = $"camera_{Guid.NewGuid():N}";
        var (lease, has) = await acquireAsync(session);
        var worker = has ?? await NewWorkerAsync(others);
        var hold = new Hold(cameraId, session, lease, worker);
        _holds.Add(hold);
        return hold;
    }

    public async Task<IReadOnlyList<Hold>> AcquireAllAsync(int? ttlSeconds = null)
    {
        var holds = new List<Hold>();
        foreach (var camera in Faulty)
        {
            holds.Add(await AcquireAsync(camera.Id, ttlSeconds));
        }

        return holds;
    }

    /// <summary>Adds a hold that somebody else made, such as a page.</summary>
    public void Add(Hold hold) => _holds.Add(hold);

    /// <summary>Forgets all holds after the store was emptied, because the ledger no longer has their ends.</summary>
    public void ForgetHolds() => _holds.Clear();

    public async Task ReleaseAsync(Hold hold)
    {
        using var response = await System.Api.DeleteAsync($"/api/leases/{hold.Lease.Id}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    public async Task<HttpStatusCode> RenewAsync(Hold hold)
    {
        using var response = await System.Api.PutAsync($"/api/leases/{hold.Lease.Id}", null, Cancel);
        return response.StatusCode;
    }

    /// <summary>Asks for a camera as a new session.</summary>
    /// <returns>The answer, its problem code if it is one, and how long it took.</returns>
    public async Task<(HttpStatusCode Status, string? Code, TimeSpan Took)> AskAsync(string cameraId)
    {
        var started = Stopwatch.GetTimestamp();
        using var response = await System.Api.PostAsJsonAsync(
            "/api/leases", new { session_id = $"camera_{Guid.NewGuid():N}", camera_id = cameraId }, Cancel);
        var took = Stopwatch.GetElapsedTime(started);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        return (response.StatusCode, answer.TryGetProperty("code", out var code) ? code.GetString() : null, took);
    }

    /// <summary>
    /// Whether the worker that had the camera no longer runs, and the API offers the camera again. A page's camera is free when
    /// the API no longer lists it, held, quarantined or otherwise.
    /// </summary>
    public async Task<bool> IsFreeAsync(Hold hold) => hold.Worker == Hold.NoWorker
        ? (await System.StatusAsync()).GetProperty("cameras").EnumerateArray().All(camera => camera.GetProperty("camera_id").GetString() != hold.CameraId)
        : !Processes.IsAlive(hold.Worker) && await System.StateAsync(hold.CameraId) == "available";

    public Task<TimeSpan> FreeAsync(Hold hold, TimeSpan patience) =>
        Eventually.TrueAsync(() => IsFreeAsync(hold), patience, $"{hold.CameraId} is free");

    /// <summary>Waits until the first worker is gone and another one has delivered a picture for the same lease.</summary>
    public async Task DeliversAgainAsync(Hold hold, TimeSpan patience)
    {
        await Eventually.TrueAsync(() => !Processes.IsAlive(hold.Worker), patience, $"the worker of {hold.CameraId} is gone");
        await PictureAfterAsync(hold, DateTimeOffset.UtcNow, patience);
    }

    public Task PictureAfterAsync(Hold hold, DateTimeOffset moment, TimeSpan patience) => Eventually.TrueAsync(
        async () =>
        {
            using var snapshot = await System.Api.GetAsync(hold.Lease.SnapshotUrl, Cancel);
            Assert.Equal(HttpStatusCode.OK, snapshot.StatusCode);
            Assert.Equal([hold.Lease.FencingToken.ToString(CultureInfo.InvariantCulture)], snapshot.Headers.GetValues("X-Fencing-Token"));
            return DateTimeOffset.Parse(snapshot.Headers.GetValues("X-Timestamp").Single(), CultureInfo.InvariantCulture) > moment;
        },
        patience, $"{hold.CameraId} shows a new picture");

    /// <summary>Returns the ends of this hold in the camera's ledger.</summary>
    public async Task<IReadOnlyList<string>> EndsAsync(Hold hold)
    {
        var history = await System.Api.GetFromJsonAsync<JsonElement>($"/api/cameras/{hold.CameraId}/history?limit=500", Cancel);
        return
        [
            .. history.GetProperty("items").EnumerateArray()
                .Where(item => item.GetProperty("lease_ref").GetString() == hold.Lease.Ref)
                .Select(item => item.GetProperty("reason").GetString()!),
        ];
    }

    /// <returns>The ends of this hold, or null while the store is away.</returns>
    public async Task<IReadOnlyList<string>?> KnownEndsAsync(Hold hold)
    {
        try
        {
            return await EndsAsync(hold);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public async Task<T> InStoreAsync<T>(Func<IConnectionMultiplexer, Task<T>> act)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await System.ConnectionStringAsync(Cancel) + ",allowAdmin=true");
        return await act(redis);
    }

    /// <summary>
    /// How much was left behind, once nothing is meant to be held: workers, what the API itself calls a
    /// leak or a quarantine, entries of the store without a holder, and holds that have not exactly one recorded end. What is
    /// on its way to be gone, an end that the store is told a second later say, is given the time for it.
    /// </summary>
    public async Task<int> LeaksAsync()
    {
        var started = Stopwatch.GetTimestamp();
        var (leaked, what) = await LeftAsync();
        while (leaked > 0 && Stopwatch.GetElapsedTime(started) < s_settling)
        {
            await Task.Delay(100, Cancel);
            (leaked, what) = await LeftAsync();
        }

        _holds.Clear();
        if (leaked > 0)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(what);
        }

        return leaked;
    }

    private async Task<(int Count, string What)> LeftAsync()
    {
        var status = await System.StatusAsync();
        var workers = (await WorkersAsync()).Count;
        var held = await InStoreAsync(redis => redis.GetDatabase().SortedSetLengthAsync($"attendance:{{{Environment.MachineName}}}:deadlines"));
        var leaks = status.GetProperty("leaks").GetInt32();
        var quarantined = status.GetProperty("quarantined").GetInt32();
        var unsettled = 0;
        foreach (var hold in _holds)
        {
            unsettled += await KnownEndsAsync(hold) is { Count: 1 } ? 0 : 1;
        }

        return (workers + (int)held + leaks + quarantined + unsettled,
            $"Left: {workers} workers, {held} store entries, {leaks} leaks, {quarantined} quarantined, {unsettled} holds without exactly one end.");
    }
}

/// <summary>A camera in use, with the process that has it open.</summary>
public sealed record Hold(string CameraId, string SessionId, Lease Lease, int Worker)
{
    /// <summary>The camera of a page: the browser has it open.</summary>
    public const int NoWorker = 0;
}

/// <summary>The system that is shared by all tests of faults that leave it running.</summary>
public sealed class SharedFaultySystem : IAsyncLifetime
{
    public FaultySystem Faulty { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Faulty = await FaultySystem.StartAsync();

    public ValueTask DisposeAsync() => Faulty?.DisposeAsync() ?? default;
}
