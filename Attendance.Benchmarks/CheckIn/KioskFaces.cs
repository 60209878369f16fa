using Attendance.Benchmarks.Subjects;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Faces.Recognition;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenCvSharp;

namespace Attendance.Benchmarks.CheckIn;

/// <summary>A face as a kiosk sends it, and the numbers that it becomes.</summary>
internal sealed record KioskFace(byte[] Jpeg, FaceEmbedding Template);

/// <summary>Faces from the samples of packages that are surely told apart, as kiosks see them.</summary>
internal static class KioskFaces
{
    /// <summary>As kiosks encode their frames.</summary>
    private const int Quality = 85;

    /// <summary>Farther than the largest distance that leaves a doubt.</summary>
    private const double Apart = 0.62;

    /// <summary>What a kiosk sends while nobody is there.</summary>
    public static byte[] Wall()
    {
        using var wall = new Mat(480, 640, MatType.CV_8UC3, Scalar.All(128));
        return wall.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, Quality));
    }

    public static async Task<IReadOnlyList<KioskFace>> ReadAsync(int most, CancellationToken cancellationToken)
    {
        var recognition = Options.Create(new RecognitionOptions());
        using var nets = new FaceNets(recognition, ModelFiles.Installed, NullLogger<FaceNets>.Instance);
        var observer = new FaceObserver(nets, Options.Create(new ShotLimits { MinSharpness = 1 }), recognition); // the sample pictures are small and were enlarged
        var faces = new List<KioskFace>();
        foreach (var portrait in SamplePortraits.OfGrid.DistinctBy(portrait => portrait.Person))
        {
            var jpeg = Encoded(portrait.Jpeg);
            if (faces.Count < most
                && await observer.ObserveAsync(jpeg, withEyes: false, cancellationToken) is FaceObservation.OneFace { Embedding: { } template }
                && faces.TrueForAll(other => other.Template.DistanceTo(template) >= Apart))
            {
                faces.Add(new(jpeg, template));
            }
        }

        return faces;
    }

    private static byte[] Encoded(byte[] jpeg)
    {
        using var picture = Cv2.ImDecode(jpeg, ImreadModes.Color);
        return picture.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, Quality));
    }
}
