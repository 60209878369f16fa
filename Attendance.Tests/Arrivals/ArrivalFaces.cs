using Attendance.Benchmarks.Subjects;
using Attendance.Tests.Faces;
using Attendance.Tests.Faces.Report;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Finding;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Faces.Recognition;
using Microsoft.Extensions.Options;
using OpenCvSharp;

namespace Attendance.Tests.Arrivals;

/// <summary>One person's face: the enrolled pictures, and frames of a camera of which no two are alike.</summary>
internal sealed record ArrivalFace(FaceEmbedding Template, IReadOnlyList<byte[]> Frames);

/// <summary>
/// The people in the samples of packages who are surely told apart: a person is left out who is too near to one who is in already. Two of them
/// may be one person in life; the model takes them for two.
/// </summary>
internal static class ArrivalFaces
{
    private const int FramesEach = 5;

    /// <summary>Clear of doubt by more than the margin, because frames differ.</summary>
    private const double Apart = 0.62, Steady = 0.35;

    public static async Task<IReadOnlyList<ArrivalFace>> ReadAsync(int most, CancellationToken cancellationToken)
    {
        using var nets = TestNets.Open();
        var observer = new FaceObserver(nets, Options.Create(new ShotLimits { MinSharpness = 1 }), Options.Create(new RecognitionOptions())); // the sample pictures are small and were enlarged
        var faces = new List<ArrivalFace>();
        foreach (var portrait in await PortraitsAsync(nets, cancellationToken))
        {
            if (faces.Count == most)
            {
                break;
            }

            var frames = Enumerable.Range(0, FramesEach).Select(i => Varied(portrait, i)).ToList();
            var seen = new List<FaceEmbedding>();
            foreach (var frame in frames)
            {
                if (await observer.ObserveAsync(frame, withEyes: false, cancellationToken) is FaceObservation.OneFace { Embedding: { } embedding })
                {
                    seen.Add(embedding);
                }
            }

            if (seen.Count < FramesEach)
            {
                continue; // no camera would see this one well
            }

            var template = FaceEmbedding.Mean(seen);
            if (seen.TrueForAll(each => each.DistanceTo(template) <= Steady) && faces.TrueForAll(other => other.Template.DistanceTo(template) >= Apart))
            {
                faces.Add(new(template, frames));
            }
        }

        return faces;
    }

    private static async Task<IReadOnlyList<byte[]>> PortraitsAsync(FaceNets nets, CancellationToken cancellationToken)
    {
        var portraits = SamplePortraits.OfGrid.Where(portrait => portrait.Person != SamplePortraits.TheMan).Select(portrait => portrait.Jpeg)
            .Append(SamplePortraits.OfGrid.First(portrait => portrait.Person == SamplePortraits.TheMan).Jpeg).ToList();
        foreach (var photo in SamplePortraits.GroupPhotos)
        {
            portraits.AddRange(await nets.UseAsync(set => CutOut(set, photo.Jpeg), cancellationToken));
        }

        return portraits;
    }

    private static List<byte[]> CutOut(FaceNetSet set, byte[] jpeg)
    {
        using var picture = PictureDecoding.Decode(jpeg) ?? throw new InvalidOperationException("A sample picture cannot be decoded.");
        var cut = new List<byte[]>();
        foreach (var face in SampleFaces.FindIn(set, picture, parts: 3))
        {
            var side = (int)(face.Width * 1.7);
            var place = new Rect((int)face.Middle.X - (side / 2), (int)face.Middle.Y - (side / 2), side, side) & new Rect(0, 0, picture.Width, picture.Height);
            using var tile = new Mat(picture, place);
            cut.Add(SamplePortraits.BeforeACamera(tile));
        }

        return cut;
    }

    /// <summary>Returns the picture moved, turned, and lit slightly differently, as a camera sees a person several times a second.</summary>
    private static byte[] Varied(byte[] portrait, int index)
    {
        using var picture = Cv2.ImDecode(portrait, ImreadModes.Color);
        using var turn = Cv2.GetRotationMatrix2D(new Point2f(320, 240), index - 2, 1 + (0.01 * (index - 2)));
        turn.At<double>(0, 2) += 6 * (index - 2);
        using var moved = new Mat();
        Cv2.WarpAffine(picture, moved, turn, picture.Size(), InterpolationFlags.Linear, BorderTypes.Constant, Scalar.All(128));
        using var lit = new Mat();
        moved.ConvertTo(lit, MatType.CV_8UC3, 1, 4 * (index - 2));
        return lit.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, 85));
    }
}
