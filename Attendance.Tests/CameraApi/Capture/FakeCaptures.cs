using System.Collections.Concurrent;
using System.Diagnostics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;

namespace Attendance.Tests.CameraApi.Capture;

/// <summary>Fake hardware that a test controls.</summary>
internal sealed class FakeCaptures : ICameraCaptureFactory
{
    private int _open, _closings;

    /// <summary>Number of devices that are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>How often a device was closed, including a close in progress.</summary>
    public int Closings => Volatile.Read(ref _closings);

    public ConcurrentQueue<FakeCapture> Created { get; } = new();

    public Func<CancellationToken, Task> Opening { get; set; } = _ => Task.CompletedTask;

    public Func<Task<CloseOutcome>> Closing { get; set; } = () => Task.FromResult<CloseOutcome>(new CloseOutcome.Free());

    public ICameraCapture Create(Camera camera)
    {
        var capture = new FakeCapture(this);
        Created.Enqueue(capture);
        return capture;
    }

    public static CapturedFrame Frame(long sequence, int length = 4) => new(
        new FrameHeader(sequence, Stopwatch.GetTimestamp(), 2, 2, float.NaN, float.NaN, float.NaN, float.NaN, FrameFlags.None), new byte[length]);

    internal sealed class FakeCapture(FakeCaptures owner) : ICameraCapture
    {
        public TaskCompletionSource<CaptureLoss> Loss { get; } = new();

        public FrameHub Frames { get; } = new();

        public CaptureStatus Status { get; set; } = CaptureStatus.Closed;

        public bool HasWatchdog { get; set; } = true;

        public TaskCompletionSource Failing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<CaptureLoss> Lost => Loss.Task;

        public Task FailingAsync(CancellationToken cancellationToken) => Failing.Task.WaitAsync(cancellationToken);

        public async Task OpenAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref owner._open);
            await owner.Opening(cancellationToken);
            Frames.Publish(Frame(1));
        }

        public async Task<CloseOutcome> CloseAsync()
        {
            Frames.End();
            Interlocked.Increment(ref owner._closings);
            var outcome = await owner.Closing();
            Interlocked.Decrement(ref owner._open);
            return outcome;
        }
    }
}
