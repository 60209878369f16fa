using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Unicode;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Api;

internal static class StreamEndpoints
{
    private const int LongestHead = 320;
    private static readonly byte[] s_partEnd = "\r\n"u8.ToArray();

    public static void MapStreaming(this IEndpointRouteBuilder routes)
    {
        var cameras = routes.MapGroup("/api/cameras/{cameraId}").WithTags("Pictures");
        cameras.MapGet("stream", StreamAsync).WithName("streamCamera").Routed(RoutedBy.LeaseOfQuery)
            .Produces(200, contentType: $"multipart/x-mixed-replace").ProducesProblem(410)
            .WithSummary("Streams Motion JPEG until the lease ends. A slow viewer skips frames.");
        cameras.MapGet("snapshot", SnapshotAsync).WithName("getSnapshot").Routed(RoutedBy.LeaseOfQuery)
            .Produces(200, contentType: "image/jpeg").ProducesProblem(410)
            .WithSummary("Returns the newest frame.");
    }

    private static async Task<IResult> StreamAsync(
        string cameraId, string? lease, HttpContext context, CameraLeases leases, StreamMetrics metrics, TimeProvider clock)
    {
        if (await FindAsync(leases, cameraId, lease, context.RequestAborted) is not { } held)
        {
            return Refuse(cameraId, lease, leases);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, held.Ended);
        var boundary = RandomNumberGenerator.GetHexString(32, lowercase: true); // unpredictable: a camera's picture could contain a known boundary and fake parts after it
        context.Response.ContentType = $"multipart/x-mixed-replace; boundary={boundary}";
        context.Response.Headers.CacheControl = "no-store";
        metrics.Viewers(cameraId, 1);
        var frames = held.Capture!.Frames;
        frames.Watch(1);
        try
        {
            long seen = 0;
            while (await frames.NextAsync(seen, over.Token) is { } next)
            {
                seen = next.Number;
                await WritePartAsync(context.Response, boundary, next.Frame, held.FencingToken, clock, over.Token);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The lease ended or the viewer left. Either one is the normal end of a stream.
        }
        finally
        {
            frames.Watch(-1);
            metrics.Viewers(cameraId, -1);
        }

        return TypedResults.Empty;
    }

    private static async Task<IResult> SnapshotAsync(
        string cameraId, string? lease, HttpContext context, CameraLeases leases, TimeProvider clock)
    {
        if (await FindAsync(leases, cameraId, lease, context.RequestAborted) is not { } held || held.Capture!.Frames.Latest is not { } frame)
        {
            return Refuse(cameraId, lease, leases);
        }

        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers[WireHeaders.FencingToken] = held.FencingToken.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers[WireHeaders.Timestamp] = TakenAt(frame, clock).ToString("O", CultureInfo.InvariantCulture);
        return TypedResults.Bytes(frame.Jpeg, "image/jpeg");
    }

    /// <summary>Finds the live lease that entitles its holder to this camera's pictures; null if it is not a live lease of this camera.</summary>
    public static async Task<CameraLease?> FindAsync(CameraLeases leases, string cameraId, string? leaseId, CancellationToken cancellationToken)
    {
        if (leaseId is null || leases.Find(leaseId) is not { } lease || lease.CameraId != cameraId || IdFormats.IsBrowserCamera(cameraId))
        {
            return null;
        }

        // After a restart of the API the camera may still be opening. The wait is bounded, and the holder is entitled to it.
        await lease.Settled.WaitAsync(cancellationToken);
        return lease is { End: null, Opened.IsCompletedSuccessfully: true } ? lease : null;
    }

    /// <summary>
    /// Refuses the request. It does not redirect to the lease's new camera, so that no viewer mistakes the picture of one camera for
    /// that of another.
    /// </summary>
    public static Problem Refuse(string cameraId, string? leaseId, CameraLeases leases) =>
        leaseId is not null && leases.Find(leaseId)?.Current is { End: null, Outcome: "moved" } lease && lease.CameraId != cameraId
            ? new Problem(StatusCodes.Status410Gone, ProblemCodes.LeaseMoved, "The lease has moved to another camera.")
            {
                Extensions = new Dictionary<string, object?>
                {
                    ["camera_id"] = lease.CameraId, ["stream_url"] = LeaseResponse.PictureUrl(lease, "stream"), ["snapshot_url"] = LeaseResponse.PictureUrl(lease, "snapshot"),
                },
            }
            : LeaseProblems.LeaseEnded(leases.FindEnd(leaseId ?? ""));

    private static async Task WritePartAsync(
        HttpResponse response, string boundary, CapturedFrame frame, long fencingToken, TimeProvider clock, CancellationToken cancellationToken)
    {
        WriteHead(response.BodyWriter, boundary, frame, fencingToken, clock);
        response.BodyWriter.Write(frame.Jpeg.Span);
        response.BodyWriter.Write(s_partEnd);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    private static void WriteHead(PipeWriter writer, string boundary, CapturedFrame frame, long fencingToken, TimeProvider clock)
    {
        if (!Utf8.TryWrite(
            writer.GetSpan(LongestHead),
            CultureInfo.InvariantCulture,
            $"--{boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: {frame.Jpeg.Length}\r\n{WireHeaders.FencingToken}: {fencingToken}\r\n{WireHeaders.Timestamp}: {TakenAt(frame, clock):O}\r\nX-Sequence: {frame.Header.Sequence}\r\n\r\n",
            out var written))
        {
            throw new UnreachableException();
        }

        writer.Advance(written);
    }

    /// <summary>Converts the frame's timestamp, which is from the machine's monotonic clock, to the time of day.</summary>
    private static DateTime TakenAt(CapturedFrame frame, TimeProvider clock) => (clock.GetUtcNow() - clock.GetElapsedTime(frame.Header.Timestamp)).UtcDateTime;
}
