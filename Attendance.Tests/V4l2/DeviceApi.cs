using System.Diagnostics;
using System.Globalization;
using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.V4l2;

/// <summary>A camera API with whatever devices are attached.</summary>
internal sealed class DeviceApi : ApiProcess
{
    /// <summary>Nothing that this waits for takes so long; an emulated machine is twenty times slower than a real one.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(4);

    private static readonly string[] s_settings =
    [
        "--Capture:OpenTimeout=00:02:00", "--Capture:StallTimeout=00:00:20", "--Capture:ReleaseTimeout=00:00:10", "--Leases:StoreTimeout=00:00:10",
    ];

    private DeviceApi(string store, string node, string[] settings) : base(store, node, Patience * 2, [.. s_settings, .. settings])
    {
    }

    protected override int TtlSeconds => 600;

    public static async Task<DeviceApi> StartAsync(StoreServer store, string node, params string[] settings)
    {
        var api = new DeviceApi(store.ConnectionString, node, settings);
        await api.HealthyAsync(s_start);
        return api;
    }

    /// <summary>Lists the cameras by the command, in a process of its own.</summary>
    public static async Task<string> ListCamerasAsync(Uri api, params (string Key, string Value)[] settings)
    {
        var start = Command(["list-cameras", $"--url={api}"]);
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }

    /// <returns>The picture, and when it was taken.</returns>
    public async Task<(byte[] Jpeg, DateTimeOffset TakenAt)> SnapshotAsync(Lease lease)
    {
        using var response = await Http.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync(Cancel)} {Log}");
        var takenAt = DateTimeOffset.Parse(response.Headers.GetValues("X-Timestamp").Single(), CultureInfo.InvariantCulture);
        return (await response.Content.ReadAsByteArrayAsync(Cancel), takenAt);
    }

    /// <summary>Waits for several pictures taken from now on.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> DeliversAsync(Lease lease, string after)
    {
        const int enough = 3;
        var (newest, seen) = (DateTimeOffset.UtcNow, 0);
        try
        {
            return await Eventually.TrueAsync(
                async () =>
                {
                    var (_, takenAt) = await SnapshotAsync(lease);
                    // When a picture was taken is counted back from the time it is asked for, so it differs a little each time.
                    if (takenAt > newest + TimeSpan.FromMilliseconds(20))
                    {
                        (newest, seen) = (takenAt, seen + 1);
                    }

                    return seen >= enough;
                }, Patience,
                $"pictures come after {after}");
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Log);
            throw;
        }
    }

    /// <summary>Starts watching, as a browser does.</summary>
    public async Task<(HttpResponseMessage Response, Stream Stream)> WatchAsync(Lease lease)
    {
        var response = await Http.GetAsync(lease.StreamUrl, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("multipart/x-mixed-replace", response.Content.Headers.ContentType?.MediaType);
        return (response, await response.Content.ReadAsStreamAsync(Cancel));
    }

    /// <summary>Descriptors that the API has open, but for those of its HTTP and store connections, which come and go.</summary>
    public int Descriptors() => Directory.EnumerateFileSystemEntries($"/proc/{Pid}/fd").Count(descriptor => !IsSocketOrGone(descriptor));

    private static bool IsSocketOrGone(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name.StartsWith("socket:", StringComparison.Ordinal) is true;
        }
        catch (FileNotFoundException)
        {
            return true; // closed between being listed and being looked at
        }
    }
}

/// <summary>A store, and an API that is started when a test needs one and none runs: some tests end it.</summary>
public sealed class DeviceApis : IAsyncDisposable
{
    private StoreServer? _store;
    private DeviceApi? _api;

    internal async Task<DeviceApi> RunningAsync()
    {
        if (_api is { IsRunning: true })
        {
            return _api;
        }

        await StopAsync();
        return _api = await DeviceApi.StartAsync(await StoreAsync(), "guest");
    }

    /// <summary>Redis where it is installed, otherwise Garnet.</summary>
    internal async Task<StoreServer> StoreAsync()
    {
        if (_store is null)
        {
            _store = new RedisStore();
            await _store.InitializeAsync();
            if (_store.Missing is not null)
            {
                _store = new GarnetStore();
                await _store.InitializeAsync();
            }
        }

        return _store;
    }

    internal async Task StopAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
            _api = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }
}
