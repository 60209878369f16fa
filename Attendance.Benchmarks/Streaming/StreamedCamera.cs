using System.Diagnostics;
using Attendance.Benchmarks.Processes;

namespace Attendance.Benchmarks.Streaming;

/// <summary>A running stream of any server.</summary>
/// <param name="ApiKey">Null where none is asked for.</param>
/// <param name="Process">What serves it; its children are counted too.</param>
internal sealed record StreamedCamera(Uri Address, string? ApiKey, int Process)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Watches the stream with the given number of viewers, each on a connection of its own.</summary>
    public async Task<StreamFigures> MeasureAsync(int viewers, TimeSpan span, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
        if (ApiKey is not null)
        {
            http.DefaultRequestHeaders.Add(WireHeaders.ApiKey, ApiKey);
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<StreamViewer> watching = [.. Enumerable.Range(0, viewers).Select(_ => new StreamViewer(http, Address))];
        List<Task> ends = [.. watching.Select(viewer => Task.Run(() => viewer.WatchAsync(enough.Token), cancellationToken))];
        try
        {
            await AllSeeAsync(watching, ends, cancellationToken);
            await Task.Delay(span / 4, cancellationToken);
            return await MeasureAsync(watching, span, cancellationToken);
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(ends);
        }
    }

    private static async Task AllSeeAsync(List<StreamViewer> watching, List<Task> ends, CancellationToken cancellationToken)
    {
        for (var began = Stopwatch.GetTimestamp(); watching.Exists(viewer => viewer.Frames == 0); await Task.Delay(20, cancellationToken))
        {
            if (Stopwatch.GetElapsedTime(began) > s_patience || ends.Exists(end => end.IsFaulted))
            {
                throw new InvalidOperationException(
                    $"Not every viewer saw a picture: {ends.Find(end => end.IsFaulted)?.Exception?.GetBaseException().Message ?? "time is up"}.");
            }
        }
    }

    private async Task<StreamFigures> MeasureAsync(List<StreamViewer> watching, TimeSpan span, CancellationToken cancellationToken)
    {
        var family = ProcessUsage.Family(Process);
        var (frames, bytes, cpu) = (watching.Sum(viewer => viewer.Frames), watching.Sum(viewer => viewer.Bytes), ProcessUsage.Cpu(family));
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(span, cancellationToken);
        var time = Stopwatch.GetElapsedTime(began);
        frames = watching.Sum(viewer => viewer.Frames) - frames;
        bytes = watching.Sum(viewer => viewer.Bytes) - bytes;
        cpu = ProcessUsage.Cpu(family) - cpu;
        return new(
            FramesPerSecond: frames / time.TotalSeconds / watching.Count,
            CpuPerFrame: cpu / Math.Max(1, frames),
            CpuShare: cpu / time,
            BytesPerFrame: bytes / Math.Max(1, frames),
            Memory: ProcessUsage.Memory(family).Pss);
    }
}

/// <param name="FramesPerSecond">Of each viewer.</param>
/// <param name="CpuPerFrame">Of the serving processes, per frame that reached a viewer.</param>
/// <param name="CpuShare">Of one core.</param>
/// <param name="Memory">PSS of the serving processes, MiB.</param>
internal sealed record StreamFigures(double FramesPerSecond, TimeSpan CpuPerFrame, double CpuShare, long BytesPerFrame, double Memory);
