using Attendance.Web.Faces;
using Microsoft.Extensions.Options;
using OpenCvSharp;

namespace Attendance.Web.Demo;

/// <summary>Somebody's face before a camera.</summary>
internal sealed record DemoFace(byte[] Jpeg, FaceObservation.OneFace Seen);

/// <summary>
/// Takes faces out of a picture that an npm package ships, which Web uses anyway, so that no picture of a person is kept with the sources.
/// Who they are is not known, and each gets an invented name.
/// </summary>
internal sealed class DemoFaces(FaceObserver observer, IOptions<RecognitionOptions> recognition)
{
    private const string Picture = "@vladmandic/human/assets/screenshot-facematch.jpg";
    private const int Columns = 18;
    private const double FirstRow = 284, RowHeight = 112.2, TileSide = 106;
    private const double FilmRate = 5;

    /// <summary>How long a face is seen, and then the empty wall: about as long as somebody takes who comes after the one before.</summary>
    private static readonly TimeSpan s_seen = TimeSpan.FromSeconds(5), s_between = TimeSpan.FromSeconds(13);

    /// <summary>The picture is sorted by likeness: its first row is one man, the last three are different people.</summary>
    private static readonly IReadOnlyList<(int Row, int Column)> s_tiles = [(0, 0), .. from row in Enumerable.Range(3, 3) from column in Enumerable.Range(0, Columns) select (row, column)];

    private static readonly Size s_frame = new(640, 480);
    private static readonly Scalar s_wall = Scalar.All(128);

    /// <summary>Returns faces of which none could be taken for another one, as many as there are of these.</summary>
    /// <param name="samples">The folder of npm's packages.</param>
    /// <param name="most">How many to return at most.</param>
    /// <exception cref="FileNotFoundException">The picture is not there.</exception>
    /// <exception cref="FaceCheckUnavailableException">A model or a library is missing on this machine.</exception>
    public async Task<IReadOnlyList<DemoFace>> ChooseAsync(string samples, int most, CancellationToken cancellationToken)
    {
        var path = Path.Combine(samples, Picture);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} is missing, which the build of Web brings: run 'npm ci' in Attendance.Web.");
        }

        var chosen = new List<DemoFace>();
        foreach (var jpeg in Tiles(path))
        {
            if (await observer.ObserveAsync(jpeg, withEyes: false, cancellationToken) is FaceObservation.OneFace { Embedding: { } face } seen
                && chosen.All(other => other.Seen.Embedding!.DistanceTo(face) > recognition.Value.DoubtDistance))
            {
                chosen.Add(new(jpeg, seen));
                if (chosen.Count == most)
                {
                    break;
                }
            }
        }

        return chosen;
    }

    /// <summary>Makes the film of a wall, in front of which these people appear one after the other.</summary>
    public static void WriteFilm(IReadOnlyList<DemoFace> faces, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = $"{path}.{Guid.NewGuid():N}.avi";
        using (var film = new VideoWriter(unfinished, VideoCaptureAPIs.OPENCV_MJPEG, FourCC.MJPG, FilmRate, s_frame))
        using (var wall = new Mat(s_frame, MatType.CV_8UC3, s_wall))
        {
            Show(film, wall, TimeSpan.FromSeconds(1));
            foreach (var face in faces)
            {
                using var picture = Cv2.ImDecode(face.Jpeg, ImreadModes.Color);
                Show(film, picture, s_seen);
                Show(film, wall, s_between);
            }
        }

        File.Move(unfinished, path, overwrite: true); // whole or not at all
    }

    private static void Show(VideoWriter film, Mat picture, TimeSpan lasts)
    {
        for (var frame = 0; frame < lasts.TotalSeconds * FilmRate; frame++)
        {
            film.Write(picture);
        }
    }

    private static IEnumerable<byte[]> Tiles(string path)
    {
        using var grid = Cv2.ImRead(path);
        foreach (var (row, column) in s_tiles)
        {
            using var tile = new Mat(grid, new Rect((int)(column * grid.Width / (double)Columns), (int)(FirstRow + (row * RowHeight)), (int)TileSide, (int)TileSide));
            using var frame = new Mat(s_frame, MatType.CV_8UC3, s_wall);
            using (var middle = new Mat(frame, new Rect(160, 80, 320, 320))) // as large as at a desk
            {
                Cv2.Resize(tile, middle, middle.Size(), 0, 0, InterpolationFlags.Cubic);
            }

            yield return frame.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, 95));
        }
    }
}
