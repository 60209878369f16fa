using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Finding;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Faces.Recognition;
using Microsoft.Extensions.Options;
using OpenCvSharp;

namespace Attendance.Web.Enrollment.Quality;

/// <summary>The result of inspecting a shot.</summary>
internal abstract record ShotInspection
{
    private ShotInspection()
    {
    }

    /// <summary>The picture cannot be inspected, whatever it shows.</summary>
    internal sealed record Refused(PictureFault Fault) : ShotInspection;

    /// <param name="Good">What is stored of the shot. Null if it is not good.</param>
    internal sealed record Judged(ShotJudgement Judgement, GoodShot? Good) : ShotInspection;
}

/// <summary>A shot that may be stored.</summary>
/// <param name="Jpeg">The picture, encoded again, so that only the pixels of the upload remain.</param>
/// <param name="Embedding">The numbers of the face in it.</param>
internal sealed record GoodShot(byte[] Jpeg, FaceEmbedding Embedding);

/// <summary>Judges shots on the server, because the judgement of a page cannot be trusted.</summary>
internal sealed class ShotInspector(FaceNets nets, IOptions<ShotLimits> limits)
{
    private const int Quality = 92;

    private readonly ShotLimits _limits = limits.Value.Relaxed();

    /// <param name="frontPitch">The pitch of the person's accepted front shot. Up and down are judged relative to it.</param>
    /// <param name="manual">See <see cref="ShotJudgement.Of"/>.</param>
    /// <exception cref="FaceCheckUnavailableException">The model or a library is missing on this machine.</exception>
    public async Task<ShotInspection> InspectAsync(
        ReadOnlyMemory<byte> jpeg, Pose pose, double? frontPitch, bool manual, CancellationToken cancel) =>
        JpegStructure.Check(jpeg.Span) is { } fault
            ? new ShotInspection.Refused(fault)
            : await nets.UseAsync(set => Inspect(set, jpeg.Span, pose, frontPitch, manual, cancel), cancel);

    private ShotInspection Inspect(FaceNetSet set, ReadOnlySpan<byte> jpeg, Pose pose, double? frontPitch, bool manual, CancellationToken cancel)
    {
        using var picture = PictureDecoding.Decode(jpeg);
        if (picture is null)
        {
            return new ShotInspection.Refused(PictureFault.Damaged);
        }

        cancel.ThrowIfCancellationRequested();
        var faces = set.Finder.Find(picture);
        var figures = new ShotFigures(picture.Width, picture.Height, faces.Count, faces.Count == 0 ? null : FaceMeasures.Of(picture, faces[0].Points));
        var judgement = ShotJudgement.Of(figures, pose, frontPitch, manual, _limits);
        return new ShotInspection.Judged(judgement, judgement.IsGood ? ToStore(set, picture, faces[0]) : null);
    }

    private static GoodShot ToStore(FaceNetSet set, Mat picture, FoundFace face) => new(
        picture.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, Quality)),
        set.Embedder.Embed(picture, set.Finder.LookAgain(picture, face).Points));
}
