using System.Numerics;
using Attendance.Web.Faces.Finding;
using OpenCvSharp;
using OpenCvSharp.Dnn;

namespace Attendance.Web.Faces.Liveness;

/// <summary>
/// Measures how far the eyes of a face are open, with MediaPipe's face mesh of 468 points. This class is not thread-safe.
/// </summary>
internal sealed class EyeOpenness : IDisposable
{
    private const int Side = 192;
    private const float CropWidth = 1.5f; // relative to the width of the face
    private const int Points = 468;

    private static readonly string[] s_outputs = ["conv2d_21", "conv2d_31"]; // the points, and how surely this is a face

    /// <summary>The corners of each eye, and two pairs of points that lie above each other on its lids.</summary>
    private static readonly int[][] s_eyes = [[33, 133, 160, 144, 158, 153], [362, 263, 385, 380, 387, 373]];

    private readonly Net _net;
    private readonly Mat[] _answers = [new(), new()];

    private EyeOpenness(Net net) => _net = net;

    /// <exception cref="FaceCheckUnavailableException">The model or OpenCV is missing.</exception>
    public static EyeOpenness Open(string modelPath)
    {
        try
        {
            return new(CvDnn.ReadNet(modelPath) ?? throw FaceCheckUnavailableException.NoModel(modelPath));
        }
        catch (OpenCVException exception)
        {
            throw FaceCheckUnavailableException.NoModel(modelPath, exception);
        }
        catch (Exception exception) when (FaceCheckUnavailableException.IsForLackOfLibrary(exception))
        {
            throw FaceCheckUnavailableException.NoLibrary(exception);
        }
    }

    /// <returns>
    /// The height of the eyes as a fraction of their width: about 0.26 for open eyes, which differs between people, and less than 0.15 for
    /// closed ones. Null if the mesh does not fit the face, as when the head is turned far.
    /// </returns>
    public double? Measure(Mat picture, FoundFace face)
    {
        using var crop = Upright(face).Cut(picture, Side);
        using var input = CvDnn.BlobFromImage(crop, 1 / 255d, new Size(Side, Side), default, swapRB: true, crop: false);
        _net.SetInput(input);
        _net.Forward(_answers, s_outputs);
        using var certainty = _answers[1].Reshape(1, 1);
        if (certainty.At<float>(0, 0) < 0)
        {
            return null;
        }

        using var points = _answers[0].Reshape(1, Points);
        var openness = s_eyes.Average(eye => OpennessOf([.. eye.Select(i => new Vector2(points.At<float>(i, 0), points.At<float>(i, 1)))]));
        return double.IsFinite(openness) ? openness : null;
    }

    public void Dispose()
    {
        foreach (var answer in _answers)
        {
            answer.Dispose();
        }

        _net.Dispose();
    }

    /// <summary>Returns the cut around a face that makes the line of its eyes level.</summary>
    private static Similarity Upright(FoundFace face)
    {
        var across = Vector2.Normalize(face.Points.RightEye - face.Points.LeftEye) * (Side / (face.Width * CropWidth));
        var turn = new Similarity(across.X, -across.Y, default);
        return turn with { Shift = new Vector2(Side / 2f) - turn.Apply(face.Middle) };
    }

    private static double OpennessOf(Vector2[] eye) =>
        (Vector2.Distance(eye[2], eye[3]) + Vector2.Distance(eye[4], eye[5])) / (2 * Vector2.Distance(eye[0], eye[1]));
}
