using System.Collections.Concurrent;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Quality;

/// <summary>
/// Knows how good this node's cameras are, from their last use and from their failures within a day. It keeps nothing
/// about browser cameras.
/// </summary>
internal sealed class CameraQuality(IOptions<QualityOptions> options, TimeProvider clock) : IFailureLog
{
    /// <summary>The most failures kept for a camera: more than enough to rate it as bad.</summary>
    private const int FailuresKept = 100;

    private static readonly TimeSpan s_failuresCount = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>Raised when something new is known about a camera. Handlers must not block.</summary>
    public event Action<string, KeptQuality>? Changed;

    /// <summary>Keeps the measurement of a use that has ended, until the next one.</summary>
    public void Keep(Camera camera, FrameHub frames)
    {
        if (frames.Quality.Read(clock.GetUtcNow()) is { } measured)
        {
            Change(camera, known => known.Measured = measured);
        }
    }

    public void Failed(Camera camera, QualityFailure failure) => Change(camera, known =>
    {
        known.Failures.Enqueue((clock.GetUtcNow(), failure));
        if (known.Failures.Count > FailuresKept)
        {
            known.Failures.Dequeue();
        }
    });

    /// <summary>Restores what an earlier run knew. What this run has found out in the meantime is newer and is kept.</summary>
    public void Recall(string cameraId, KeptQuality kept)
    {
        var known = _known.GetOrAdd(cameraId, _ => new Known());
        lock (known)
        {
            known.Measured ??= kept.Measured;
            var since = known.Failures.ToList();
            known.Failures.Clear();
            foreach (var failure in kept.Failures.Select(failure => (failure.At, failure.Kind)).Concat(since).TakeLast(FailuresKept))
            {
                known.Failures.Enqueue(failure);
            }
        }
    }

    /// <param name="frames">The frames of its current use, or null if it is not in use.</param>
    public QualityMeasurement? Measured(string cameraId, FrameHub? frames) =>
        frames?.Quality.Read(clock.GetUtcNow()) ?? (_known.TryGetValue(cameraId, out var known) ? Volatile.Read(ref known.Measured) : null);

    /// <param name="frames">The frames of its current use, or null if it is not in use.</param>
    public CameraRating Rate(string cameraId, FrameHub? frames) =>
        CameraRating.Of(Measured(cameraId, frames), FailuresOf(cameraId), options.Value.Weights);

    /// <summary>Returns the number of the camera's failures within a day.</summary>
    public int FailuresOf(string cameraId)
    {
        if (!_known.TryGetValue(cameraId, out var known))
        {
            return 0;
        }

        lock (known)
        {
            known.Forget(clock.GetUtcNow() - s_failuresCount);
            return known.Failures.Count;
        }
    }

    private void Change(Camera camera, Action<Known> change)
    {
        if (camera.Source.Kind is CameraKind.Browser or CameraKind.Published)
        {
            return; // there are as many of these cameras as there are browsers
        }

        var known = _known.GetOrAdd(camera.Id, _ => new Known());
        KeptQuality kept;
        lock (known)
        {
            known.Forget(clock.GetUtcNow() - s_failuresCount);
            change(known);
            kept = new(known.Measured, [.. known.Failures.Select(failure => new KeptFailure(failure.At, failure.Kind))]);
        }

        Changed?.Invoke(camera.Id, kept);
    }

    private sealed class Known
    {
        public QualityMeasurement? Measured;

        public Queue<(DateTimeOffset At, QualityFailure Kind)> Failures { get; } = new();

        public void Forget(DateTimeOffset before)
        {
            while (Failures.TryPeek(out var oldest) && oldest.At < before)
            {
                Failures.Dequeue();
            }
        }
    }
}

/// <summary>What is remembered about a camera beyond this run.</summary>
internal sealed record KeptQuality(QualityMeasurement? Measured, IReadOnlyList<KeptFailure> Failures);

internal sealed record KeptFailure(DateTimeOffset At, QualityFailure Kind);
