using OpenCvSharp;

namespace Attendance.Benchmarks.Subjects;

/// <summary>A face that a package ships, as a camera may see it.</summary>
/// <param name="Person">Who it is, as far as it is known. Nobody's names, only that some pictures are of one person.</param>
/// <param name="Source">The picture it was taken from. People in one group photo are surely different people.</param>
internal sealed record SamplePortrait(string Person, string Source, byte[] Jpeg);

/// <summary>
/// Faces out of the demo pictures of the npm packages that Web uses anyway. They are read from <c>node_modules</c> when they are needed, so that
/// no picture of a person is kept with the sources.
/// </summary>
internal static class SamplePortraits
{
    public const string TheMan = "the man of the grid";

    private const int Columns = 18;
    private const double FirstRow = 284, RowHeight = 112.2, TileSide = 106;

    /// <summary>
    /// The rows of the grid's women and other people; the first row is one man. Those between may or may not be him, so they are left out.
    /// </summary>
    private static readonly int[] s_otherRows = [3, 4, 5];

    private static readonly (int Row, int Column)[] s_unclear = [(3, 1)];

    private static readonly Lazy<IReadOnlyList<SamplePortrait>> s_grid = new(() => [.. Grid()]);
    private static readonly Lazy<IReadOnlyList<SamplePortrait>> s_groups = new(() => [.. Groups()]);

    /// <summary>
    /// The faces of a grid that was sorted by likeness: a row of one man, and rows of others. Among the others may be two of one person.
    /// </summary>
    public static IReadOnlyList<SamplePortrait> OfGrid => s_grid.Value;

    /// <summary>Six group photos of young women. A woman may be in several of them.</summary>
    public static IReadOnlyList<SamplePortrait> GroupPhotos => s_groups.Value;

    private static IEnumerable<SamplePortrait> Grid()
    {
        using var grid = Read("@vladmandic/human/assets/screenshot-facematch.jpg");
        for (var row = 0; row < 6; row++)
        {
            for (var column = 0; column < Columns && (row == 0 || s_otherRows.Contains(row)); column++)
            {
                if (!s_unclear.Contains((row, column)))
                {
                    var place = new Rect((int)(column * grid.Width / (double)Columns), (int)(FirstRow + (row * RowHeight)), (int)TileSide, (int)TileSide);
                    using var tile = new Mat(grid, place);
                    yield return new(row == 0 ? TheMan : $"other {row}.{column}", "grid", BeforeACamera(tile));
                }
            }
        }
    }

    private static IEnumerable<SamplePortrait> Groups()
    {
        for (var photo = 1; photo <= 6; photo++)
        {
            var path = PathOf($"@vladmandic/face-api/demo/sample{photo}.jpg");
            yield return new($"group {photo}", $"group {photo}", File.ReadAllBytes(path));
        }
    }

    /// <summary>Returns the face on a grey wall, as large as that of a person at a desk, so it is found as at a kiosk.</summary>
    public static byte[] BeforeACamera(Mat tile)
    {
        using var frame = new Mat(480, 640, MatType.CV_8UC3, Scalar.All(128));
        using (var middle = new Mat(frame, new Rect(160, 80, 320, 320)))
        {
            Cv2.Resize(tile, middle, middle.Size(), 0, 0, InterpolationFlags.Cubic);
        }

        return frame.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, 95));
    }

    private static Mat Read(string file) => Cv2.ImRead(PathOf(file));

    private static string PathOf(string file)
    {
        var path = Path.Combine(Runner.Repository(), "Attendance.Web", "node_modules", file);
        return File.Exists(path) ? path : throw new FileNotFoundException("A sample picture is missing, which the build of Web brings.", path);
    }
}
