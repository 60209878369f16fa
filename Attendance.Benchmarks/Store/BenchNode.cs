using System.Globalization;
using Attendance.Benchmarks.Processes;
using Attendance.CameraApi;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Views;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Attendance.Benchmarks.Store;

/// <summary>A node of the API in this process, without HTTP and with cameras that have no device.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private readonly IHost _host;

    public BenchNode(RedisServer redis, int cameras = 0)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:sessions"] = redis.ConnectionString,
            ["Node:Name"] = "bench",
            ["Discovery:Enabled"] = "false",
            ["Leases:Ttl"] = "01:00:00",
            ["Leases:StoreTimeout"] = "00:00:10",
            ["Leases:MaxBrowserCameras"] = "100000",
        });
        builder.Configuration.AddInMemoryCollection(
            Enumerable.Range(0, cameras).Select(camera => KeyValuePair.Create($"Cameras:bench-{camera}:Source", (string?)"test-pattern")));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddMetrics();
        builder.AddRooms();
        builder.Services.AddSingleton<ICameraCaptureFactory, NoDevices>();
        _host = builder.Build();
    }

    public LeaseStore Store => Get<LeaseStore>();

    public CameraLeases Leases => Get<CameraLeases>();

    public CameraSlots Slots => Get<CameraSlots>();

    public CameraViews Views => Get<CameraViews>();

    /// <summary>A text as long as the hash of a session's id.</summary>
    public static string Session(int number) => number.ToString("x32", CultureInfo.InvariantCulture);

    public CameraSlot Slot(string cameraId) =>
        Slots.TryGet(cameraId, out var slot) ? slot : throw new InvalidOperationException($"There is no camera '{cameraId}'.");

    public async ValueTask DisposeAsync()
    {
        await Leases.CloseAsync();
        _host.Dispose();
    }

    private T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    private sealed class NoDevices : ICameraCaptureFactory
    {
        public ICameraCapture Create(Camera camera) => new NoDevice();
    }

    private sealed class NoDevice : ICameraCapture
    {
        private readonly TaskCompletionSource<CaptureLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FrameHub Frames { get; } = new();

        public CaptureStatus Status => CaptureStatus.Closed;

        public bool HasWatchdog => true;

        public Task<CaptureLoss> Lost => _lost.Task;

        public Task FailingAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

        public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<CloseOutcome> CloseAsync() => Task.FromResult<CloseOutcome>(new CloseOutcome.Free());
    }
}
