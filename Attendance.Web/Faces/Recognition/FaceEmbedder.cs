using System.Numerics;
using Attendance.Web.Faces.Finding;
using OpenCvSharp;
using OpenCvSharp.Dnn;

namespace Attendance.Web.Faces.Recognition;

/// <summary>
/// Turns a face into numbers. The face is brought into the position in which the network has learned faces. This class is not thread-safe.
/// </summary>
internal sealed class FaceEmbedder : IDisposable
{
    /// <summary>Names what makes the numbers. Numbers of different models, or of different versions of the code around it, have no common distance.</summary>
    public const string Model = "dlib-resnet-v1-8bit";

    /// <summary>Increase it with each change that makes other numbers of the same picture. Stored pictures are then computed anew.</summary>
    public const int Version = 1;

    private const int Side = RecognitionNetwork.Side;

    private static readonly Scalar s_meanColour = new(122.782, 117.001, 104.298); // red, green, blue

    /// <summary>Where eyes, nose and mouth are when a face is in position.</summary>
    private static readonly Vector2[] s_position = [new(46.6f, 46.7f), new(101.7f, 46.8f), new(73.9f, 79.6f), new(73.7f, 107.3f)];

    private readonly Net _net;

    private FaceEmbedder(Net net) => _net = net;

    /// <exception cref="FaceCheckUnavailableException">The model or OpenCV is missing.</exception>
    public static FaceEmbedder Open(ModelFiles files)
    {
        try
        {
            var weights = QuantizedWeights.Read(File.ReadAllBytes(files.RecognitionManifest), File.ReadAllBytes(files.RecognitionWeights));
            var onnx = RecognitionNetwork.ToOnnx(weights);
            return new(CvDnn.ReadNetFromOnnx(onnx) ?? throw FaceCheckUnavailableException.NoModel(files.RecognitionWeights));
        }
        catch (Exception exception) when (exception is OpenCVException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw FaceCheckUnavailableException.NoModel(files.RecognitionWeights, exception);
        }
        catch (Exception exception) when (FaceCheckUnavailableException.IsForLackOfLibrary(exception))
        {
            throw FaceCheckUnavailableException.NoLibrary(exception);
        }
    }

    /// <param name="picture">The picture, in colour.</param>
    /// <param name="face">The points of the face in it, as steady as they can be had (<see cref="FaceFinder.LookAgain"/>).</param>
    public FaceEmbedding Embed(Mat picture, FacePoints face)
    {
        using var inPosition = Similarity.Between([face.LeftEye, face.RightEye, face.Nose, face.Mouth], s_position).Cut(picture, Side);
        using var input = CvDnn.BlobFromImage(inPosition, 1 / 256d, new Size(Side, Side), s_meanColour, swapRB: true, crop: false);
        _net.SetInput(input);
        using var output = _net.Forward();
        output.GetArray(out float[] numbers);
        return new(numbers);
    }

    public void Dispose() => _net.Dispose();
}
