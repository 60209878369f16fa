using System.Numerics;
using OpenCvSharp;
using OpenCvSharp.Dnn;

namespace Attendance.Web.Faces.Finding;

/// <summary>
/// Finds faces with MediaPipe's short-range model, which works on a picture of 128 × 128 pixels. The model is made for people in front
/// of a device and does not find small faces far away, so bystanders in the background do not make a shot fail.
/// This class is not thread-safe.
/// </summary>
internal sealed class FaceFinder : IDisposable
{
    private const int Side = 128;
    private const float MinScore = 0.5f;
    private const float SameFace = 0.3f;    // boxes that overlap at least this much are of the same face
    private const float CountsFrom = 1 / 3f; // the smallest face that counts, relative to the largest one
    private const int CropSide = 256;        // of the second look
    private const float CropWidth = 2.2f;    // relative to the width of the face

    private static readonly Vector2[] s_anchors = [.. Anchors()];
    private static readonly string[] s_outputs = ["classificators", "regressors"];

    private readonly Net _net;
    private readonly Mat[] _answers = [new(), new()];

    private FaceFinder(Net net) => _net = net;

    /// <exception cref="FaceCheckUnavailableException">The model or OpenCV is missing.</exception>
    public static FaceFinder Open(string modelPath)
    {
        if (!File.Exists(modelPath))
        {
            throw FaceCheckUnavailableException.NoModel(modelPath);
        }

        try
        {
            Cv2.SetNumThreads(1); // the net is so small that more threads cost more than they save
            var finder = new FaceFinder(CvDnn.ReadNet(modelPath) ?? throw FaceCheckUnavailableException.NoModel(modelPath));
            finder.TryOut();
            return finder;
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

    /// <returns>The faces, the largest first, without those that are much smaller than it.</returns>
    public IReadOnlyList<FoundFace> Find(Mat picture)
    {
        var longer = Math.Max(picture.Width, picture.Height);
        var scaled = new Size(
            Math.Max(1, (int)Math.Round((double)Side * picture.Width / longer)), Math.Max(1, (int)Math.Round((double)Side * picture.Height / longer)));
        var inset = new Point((Side - scaled.Width) / 2, (Side - scaled.Height) / 2);

        using var square = new Mat(Side, Side, MatType.CV_8UC3, Scalar.Black);
        using (var middle = new Mat(square, new Rect(inset, scaled)))
        {
            Cv2.Resize(picture, middle, scaled, 0, 0, InterpolationFlags.Area);
        }

        using var input = CvDnn.BlobFromImage(square, 1 / 127.5, new Size(Side, Side), Scalar.All(127.5), swapRB: true, crop: false);
        _net.SetInput(input);
        _net.Forward(_answers, s_outputs);

        var toPicture = new Vector2((float)picture.Width / scaled.Width, (float)picture.Height / scaled.Height);
        var corner = new Vector2(inset.X, inset.Y);
        var faces = Merge(Candidates())
            .Select(candidate => candidate.ToFace(point => (point * Side - corner) * toPicture))
            .OfType<FoundFace>()
            .OrderByDescending(face => face.Points.Extent)
            .ToList();
        return [.. faces.TakeWhile(face => face.Points.Extent >= faces[0].Points.Extent * CountsFrom)];
    }

    /// <summary>
    /// Looks again at an enlarged part of the picture, in which the face fills more of what the model sees. Its points are steadier there.
    /// </summary>
    /// <returns>The face as the second look has it, or the given one if the second look does not find it.</returns>
    public FoundFace LookAgain(Mat picture, FoundFace face)
    {
        var toCrop = Similarity.Centred(face.Middle, face.Width * CropWidth, CropSide);
        using var crop = toCrop.Cut(picture, CropSide);
        var middle = new Vector2(CropSide / 2f);
        var again = Find(crop).FirstOrDefault(found => Vector2.Distance(found.Middle, middle) < found.Width / 2);
        return again?.Moved(toCrop.Inverse()) ?? face;
    }

    public void Dispose()
    {
        foreach (var answer in _answers)
        {
            answer.Dispose();
        }

        _net.Dispose();
    }

    /// <summary>Runs the model once, so that an incompatible model is noticed at once.</summary>
    private void TryOut()
    {
        try
        {
            using var nothing = new Mat(Side, Side, MatType.CV_8UC3, Scalar.Black);
            Find(nothing);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private List<Candidate> Candidates()
    {
        using var scores = _answers[0].Reshape(1, s_anchors.Length);
        using var values = _answers[1].Reshape(1, s_anchors.Length);
        var candidates = new List<Candidate>();
        for (var i = 0; i < s_anchors.Length; i++)
        {
            var score = 1 / (1 + MathF.Exp(-scores.At<float>(i, 0)));
            if (score >= MinScore)
            {
                candidates.Add(new(score, ValuesOf(values, i)));
            }
        }

        return candidates;
    }

    /// <summary>
    /// Returns pairs of values: the middle of the box, its size, and six points. All except the size are relative to the anchor.
    /// </summary>
    private static Vector2[] ValuesOf(Mat values, int row)
    {
        var pairs = new Vector2[Candidate.Pairs];
        for (var i = 0; i < pairs.Length; i++)
        {
            var pair = new Vector2(values.At<float>(row, 2 * i), values.At<float>(row, 2 * i + 1)) / Side;
            pairs[i] = i == Candidate.BoxSize ? pair : pair + s_anchors[row];
        }

        return pairs;
    }

    /// <summary>
    /// Merges the candidates of many anchors that see the same face. The average is weighted by score, which makes the points steadier.
    /// </summary>
    private static IEnumerable<Candidate> Merge(List<Candidate> candidates)
    {
        var left = candidates.OrderByDescending(candidate => candidate.Score).ToList();
        while (left.Count > 0)
        {
            var best = left[0];
            var same = left.FindAll(each => each == best || each.Overlap(best) >= SameFace);
            left.RemoveAll(same.Contains);
            yield return Candidate.Average(best.Score, same);
        }
    }

    /// <summary>Returns the anchors: two in each cell of a 16 × 16 grid, and six in each cell of an 8 × 8 grid.</summary>
    private static IEnumerable<Vector2> Anchors() =>
        from grid in new[] { (Side: 16, Each: 2), (Side: 8, Each: 6) }
        from y in Enumerable.Range(0, grid.Side)
        from x in Enumerable.Range(0, grid.Side)
        from each in Enumerable.Range(0, grid.Each)
        select new Vector2(x + 0.5f, y + 0.5f) / grid.Side;

    /// <summary>The result of one anchor, in fractions of the square.</summary>
    private sealed class Candidate(float score, Vector2[] pairs)
    {
        public const int Pairs = 8;
        public const int BoxSize = 1;

        private const int BoxMiddle = 0;
        private const int RightEye = 2; // from the person's own view
        private const int LeftEye = 3;
        private const int Nose = 4;
        private const int Mouth = 5;

        public float Score => score;

        private Vector2 From => pairs[BoxMiddle] - pairs[BoxSize] / 2;

        private Vector2 To => pairs[BoxMiddle] + pairs[BoxSize] / 2;

        private float Area => pairs[BoxSize].X * pairs[BoxSize].Y;

        public static Candidate Average(float score, List<Candidate> candidates)
        {
            var total = candidates.Sum(candidate => candidate.Score);
            var pairs = new Vector2[Pairs];
            for (var i = 0; i < Pairs; i++)
            {
                pairs[i] = candidates.Aggregate(Vector2.Zero, (sum, each) => sum + each.ValueAt(i) * each.Score) / total;
            }

            return new(score, pairs);
        }

        public float Overlap(Candidate other)
        {
            var common = Vector2.Max(Vector2.Zero, Vector2.Min(To, other.To) - Vector2.Max(From, other.From));
            var both = common.X * common.Y;
            return both / (Area + other.Area - both);
        }

        public FoundFace? ToFace(Func<Vector2, Vector2> toPicture) =>
            FacePoints.From(toPicture(pairs[RightEye]), toPicture(pairs[LeftEye]), toPicture(pairs[Nose]), toPicture(pairs[Mouth])) is { } points
                ? new(points, toPicture(pairs[BoxMiddle]), toPicture(To).X - toPicture(From).X)
                : null;

        private Vector2 ValueAt(int i) => pairs[i];
    }
}
