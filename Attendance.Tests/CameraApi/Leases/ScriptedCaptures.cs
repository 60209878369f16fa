using System.Collections.Concurrent;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.Tests.CameraApi.Capture;

namespace Attendance.Tests.CameraApi.Leases;

internal enum Opening
{
    AtOnce,
    Slow,
    LongerThanItsLease,

    /// <summary>Opens slowly, and ignores cancellation.</summary>
    Deaf,
    Fails,
    FailsLate,
    Hangs,
}

internal enum Closing
{
    AtOnce,
    Slow,
    NotFree,
}

/// <summary>Fake hardware that opens and closes as its request says, and records a device that is opened twice.</summary>
internal sealed class ScriptedCaptures(TimeProvider clock) : ICameraCaptureFactory
{
    private static readonly TimeSpan s_openTimeout = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _unplugged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ScriptedCapture> _newest = new(StringComparer.Ordinal);
    private readonly AsyncLocal<(Opening, Closing)> _script = new();

    /// <summary>Cameras that were opened while they were open, which must never happen.</summary>
    public ConcurrentQueue<string> OpenedTwice { get; } = new();

    /// <summary>Sets how the cameras that this caller opens from now on behave.</summary>
    public void Expect(Opening opening, Closing closing) => _script.Value = (opening, closing);

    public int Open(string cameraId) => _open.GetValueOrDefault(cameraId);

    public ICameraCapture Create(Camera camera) => _newest[camera.Id] = new ScriptedCapture(this, camera.Id, _script.Value);

    /// <summary>Unplugs the camera: an open capture fails, and no other can open it.</summary>
    public void Unplug(string cameraId)
    {
        _unplugged[cameraId] = true;
        _newest.GetValueOrDefault(cameraId)?.Fail();
    }

    public void PlugIn(string cameraId)
    {
        _unplugged.TryRemove(cameraId, out _);
        _newest.GetValueOrDefault(cameraId)?.Recover();
    }

    public void Free(string cameraId) => _open.AddOrUpdate(cameraId, 0, (_, count) => count - 1);

    internal sealed class ScriptedCapture(ScriptedCaptures owner, string cameraId, (Opening Opening, Closing Closing) script) : ICameraCapture
    {
        private volatile TaskCompletionSource _failing = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<CaptureLoss> Loss { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FrameHub Frames { get; } = new();

        /// <summary>Whether the camera opened for a lease that had ended, or a client that had left.</summary>
        public bool IsUnwanted { get; private set; }

        public CaptureStatus Status => CaptureStatus.Closed;

        public bool HasWatchdog => true;

        public Task<CaptureLoss> Lost => Loss.Task;

        public Task FailingAsync(CancellationToken cancellationToken) => _failing.Task.WaitAsync(cancellationToken);

        public void Fail() => _failing.TrySetResult();

        public void Recover()
        {
            if (_failing.Task.IsCompleted)
            {
                _failing = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        public async Task OpenAsync(CancellationToken cancellationToken)
        {
            if (owner._open.AddOrUpdate(cameraId, 1, (_, count) => count + 1) > 1)
            {
                owner.OpenedTwice.Enqueue(cameraId);
            }

            await Task.Delay(
                script.Opening switch
                {
                    Opening.Slow or Opening.Deaf or Opening.FailsLate => TimeSpan.FromSeconds(2),
                    Opening.LongerThanItsLease => TimeSpan.FromSeconds(40),
                    Opening.Hangs => s_openTimeout,
                    _ => TimeSpan.Zero,
                },
                owner.Clock,
                script.Opening == Opening.Deaf ? CancellationToken.None : cancellationToken);
            IsUnwanted = cancellationToken.IsCancellationRequested;
            if (script.Opening is Opening.Fails or Opening.FailsLate or Opening.Hangs || owner._unplugged.ContainsKey(cameraId))
            {
                throw new CameraUnavailableException(cameraId, new CaptureFailure(CaptureFailureCode.DeviceMissing, "There is no such device."));
            }

            Frames.Publish(FakeCaptures.Frame(1));
        }

        public async Task<CloseOutcome> CloseAsync()
        {
            Frames.End();
            await Task.Delay(TimeSpan.FromSeconds(script.Closing == Closing.Slow ? 1 : 0), owner.Clock);
            if (script.Closing == Closing.NotFree)
            {
                return new CloseOutcome.NotFree("it hangs", () => Task.FromResult(false));
            }

            owner.Free(cameraId);
            return new CloseOutcome.Free();
        }
    }

    private TimeProvider Clock => clock;
}
