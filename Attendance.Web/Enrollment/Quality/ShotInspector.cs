using Attendance.Web.Data;
using Microsoft.Extensions.Options;
using OpenCvSharp;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Attendance.Web.Enrollment.Quality;

/// <summary>The result of inspecting a shot.</summary>
internal abstract record ShotInspection
{
    private ShotInspection()
    {
    }

    /// <summary>The picture cannot be inspected, whatever it shows.</summary>
    internal sealed record Refused(PictureFault Fault) : ShotInspection;

    /// <param name="Jpeg">The picture, encoded again, so that only the pixels of the upload remain. Null if the shot is not good.</param>
    internal sealed record Judged(ShotJudgement Judgement, byte[]? Jpeg) : ShotInspection;
}

/// <summary>
/// Judges shots on the server, because the judgement of a page cannot be trusted. Only one shot is inspected at a time: the net is not
/// thread-safe, and a picture takes up to 50 MB of memory.
/// </summary>
internal sealed partial class ShotInspector : IDisposable
{
    private const int Quality = 92;
    private const int FaceSide = 128;
    private const double FaceSquare = 2.2; // relative to the extent of the face

    private readonly ShotLimits _limits;
    private readonly ILogger<ShotInspector> _logger;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly Lazy<FaceFinder> _finder; // also keeps an exception, so that a missing model or library is logged only once
    private bool _disposed;

    public ShotInspector(IOptions<ShotLimits> limits, ILogger<ShotInspector> logger)
        : this(limits, logger, Path.Combine(AppContext.BaseDirectory, "models", "face_detection_short_range.tflite"))
    {
    }

    internal ShotInspector(IOptions<ShotLimits> limits, ILogger<ShotInspector> logger, string modelPath)
    {
        _limits = limits.Value.Relaxed();
        _logger = logger;
        _finder = new(() => Open(modelPath));
    }

    /// <param name="frontPitch">The pitch of the person's accepted front shot. Up and down are judged relative to it.</param>
    /// <param name="manual">See <see cref="ShotJudgement.Of"/>.</param>
    /// <exception cref="FaceCheckUnavailableException">The model or a library is missing on this machine.</exception>
    public async Task<ShotInspection> InspectAsync(
        ReadOnlyMemory<byte> jpeg, Pose pose, double? frontPitch, bool manual, CancellationToken cancel)
    {
        if (JpegStructure.Check(jpeg.Span) is { } fault)
        {
            return new ShotInspection.Refused(fault);
        }

        await _oneAtATime.WaitAsync(cancel);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Inspect(jpeg.Span, pose, frontPitch, manual, cancel);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Waits for the shot that is being inspected, because the net must not be disposed while it works.</summary>
    public void Dispose()
    {
        _oneAtATime.Wait();
        try
        {
            if (!_disposed && _finder is { IsValueCreated: true, Value: var finder })
            {
                finder.Dispose();
            }

            _disposed = true;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private ShotInspection Inspect(ReadOnlySpan<byte> jpeg, Pose pose, double? frontPitch, bool manual, CancellationToken cancel)
    {
        var finder = _finder.Value;
        using var picture = Decode(jpeg);
        if (picture is null)
        {
            return new ShotInspection.Refused(PictureFault.Damaged);
        }

        cancel.ThrowIfCancellationRequested();
        var faces = finder.Find(picture);
        var figures = new ShotFigures(picture.Width, picture.Height, faces.Count, faces.Count == 0 ? null : Measure(picture, faces[0]));
        var judgement = ShotJudgement.Of(figures, pose, frontPitch, manual, _limits);
        return new ShotInspection.Judged(
            judgement, judgement.IsGood ? picture.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, Quality)) : null);
    }

    /// <summary>Decodes the picture and rotates it as its metadata says. Returns null if it cannot be decoded.</summary>
    private static Mat? Decode(ReadOnlySpan<byte> jpeg)
    {
        Mat picture;
        try
        {
            picture = Cv2.ImDecode(jpeg, ImreadModes.Color);
        }
        catch (OpenCVException)
        {
            return null;
        }

        if (!picture.Empty())
        {
            return picture;
        }

        picture.Dispose();
        return null;
    }

    private static FaceFigures Measure(Mat picture, FacePoints face)
    {
        var (brightness, sharpness) = Look(picture, face);
        return new(
            Size: face.Extent / Math.Min(picture.Width, picture.Height),
            OffsetX: (face.Centre.X - picture.Width / 2d) / picture.Width,
            OffsetY: (face.Centre.Y - picture.Height / 2d) / picture.Height,
            face.Yaw,
            face.Pitch,
            brightness,
            sharpness);
    }

    /// <summary>Measures the face at a fixed size, because sharpness depends on the size.</summary>
    private static (double Brightness, double Sharpness) Look(Mat picture, FacePoints face)
    {
        var half = FaceSquare * face.Extent / 2;
        var (left, top) = (Within(face.Centre.X - half, picture.Width - 1), Within(face.Centre.Y - half, picture.Height - 1));
        var (right, bottom) = (Within(face.Centre.X + half, picture.Width), Within(face.Centre.Y + half, picture.Height));

        // The face may be partly outside the picture, but at least one pixel is always measured.
        var square = new Rect(left, top, Math.Max(1, right - left), Math.Max(1, bottom - top));

        using var part = new Mat(picture, square);
        using var luma = new Mat();
        Cv2.CvtColor(part, luma, ColorConversionCodes.BGR2GRAY);
        Cv2.Resize(luma, luma, new Size(FaceSide, FaceSide), 0, 0, InterpolationFlags.Area);
        using var edges = new Mat();
        Cv2.Laplacian(luma, edges, MatType.CV_16S, ksize: 1);
        using var interior = new Mat(edges, new Rect(1, 1, FaceSide - 2, FaceSide - 2));
        Cv2.MeanStdDev(interior, out _, out var deviation);
        return (Cv2.Mean(luma).Val0, deviation.Val0 * deviation.Val0);
    }

    private static int Within(double value, int most) => (int)Math.Clamp(Math.Round(value), 0, most);

    private FaceFinder Open(string modelPath)
    {
        try
        {
            return FaceFinder.Open(modelPath);
        }
        catch (FaceCheckUnavailableException exception)
        {
            LogUnavailable(exception.Message);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Error, "No shot can be judged: {Reason}")]
    private partial void LogUnavailable(string reason);
}
