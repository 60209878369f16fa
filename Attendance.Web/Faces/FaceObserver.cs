using Attendance.Web.Faces.Finding;
using Attendance.Web.Faces.Quality;
using Microsoft.Extensions.Options;
using OpenCvSharp;

namespace Attendance.Web.Faces;

/// <summary>
/// Looks at frames of somebody who checks in. A face is judged less strictly than in a picture that is kept: where it is in the frame and
/// which way it looks does not matter, and it may be as small as the network can read (<see cref="RecognitionOptions.MinEyeDistance"/>).
/// </summary>
internal sealed class FaceObserver(FaceNets nets, IOptions<ShotLimits> limits, IOptions<RecognitionOptions> options)
{
    private readonly ShotLimits _limits = limits.Value.Relaxed();

    /// <param name="jpeg">The frame as the camera sent it.</param>
    /// <param name="withEyes">Whether to measure how far the eyes are open, which takes a little longer.</param>
    /// <param name="cancel">Ends the waiting for other pictures that are being looked at.</param>
    /// <exception cref="FaceCheckUnavailableException">A model or a library is missing on this machine.</exception>
    public Task<FaceObservation> ObserveAsync(ReadOnlyMemory<byte> jpeg, bool withEyes, CancellationToken cancel) => ObserveAsync(jpeg, withEyes, null, Timeout.InfiniteTimeSpan, cancel);

    /// <param name="jpeg">The frame as the camera sent it.</param>
    /// <param name="withEyes">Whether to measure how far the eyes are open, which takes a little longer.</param>
    /// <param name="also">What else looks at the decoded frame, or null. It must not keep the frame.</param>
    /// <param name="patience">How long the frame may wait for other pictures that are being looked at.</param>
    /// <param name="cancel">Ends the waiting for other pictures that are being looked at.</param>
    /// <exception cref="FaceCheckUnavailableException">A model or a library is missing on this machine.</exception>
    public async Task<FaceObservation> ObserveAsync(ReadOnlyMemory<byte> jpeg, bool withEyes, Action<Mat>? also, TimeSpan patience, CancellationToken cancel) =>
        JpegStructure.Check(jpeg.Span) is { } fault
            ? new FaceObservation.Refused(fault)
            : await nets.TryUseAsync(set => Observe(set, jpeg.Span, withEyes, also, cancel), patience, cancel) ?? new FaceObservation.TooOld();

    private FaceObservation Observe(FaceNetSet set, ReadOnlySpan<byte> jpeg, bool withEyes, Action<Mat>? also, CancellationToken cancel)
    {
        using var picture = PictureDecoding.Decode(jpeg);
        if (picture is null)
        {
            return new FaceObservation.Refused(PictureFault.Damaged);
        }

        also?.Invoke(picture);
        cancel.ThrowIfCancellationRequested();
        var faces = set.Finder.Find(picture);
        return faces.Count switch
        {
            0 => new FaceObservation.NoFace(),
            1 => ObserveOne(set, picture, set.Finder.LookAgain(picture, faces[0]), withEyes),
            _ => new FaceObservation.SeveralFaces(faces.Count),
        };
    }

    private FaceObservation.OneFace ObserveOne(FaceNetSet set, Mat picture, FoundFace face, bool withEyes)
    {
        var figures = FaceMeasures.Of(picture, face.Points);
        var flaws = FlawsOf(face.Points, figures).ToList();
        return new(
            face.Points,
            figures,
            flaws,
            flaws.Count == 0 ? set.Embedder.Embed(picture, face.Points) : null,
            withEyes ? set.Eyes.Measure(picture, face) : null);
    }

    private IEnumerable<ShotFlaw> FlawsOf(FacePoints face, FaceFigures figures)
    {
        if (figures.Brightness < _limits.MinBrightness)
        {
            yield return ShotFlaw.TooDark;
        }

        if (figures.Brightness > _limits.MaxBrightness)
        {
            yield return ShotFlaw.TooBright;
        }

        // A head that is turned shows its eyes nearer to each other than they are, so the extent counts.
        if (face.Extent < options.Value.MinEyeDistance)
        {
            yield return ShotFlaw.MoveCloser;
        }

        if (FaceMeasures.ShowsSharpness(face) && figures.Sharpness < _limits.MinSharpness)
        {
            yield return ShotFlaw.Blurred;
        }
    }
}
