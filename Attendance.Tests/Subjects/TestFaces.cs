using Attendance.Web.Data;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.Subjects;

/// <summary>
/// Pictures of a person in front of a camera, rendered out of the demo picture of the npm package that the capture page uses: its
/// face, wrapped around a head that can turn and nod. So no picture of a person has to be kept with the sources.
/// </summary>
internal static class TestFaces
{
    public const int MotionFrameRate = 30; // Chromium plays every motion JPEG file at this rate

    private const double Turn = 25;        // degrees
    private const double Nod = 16;
    private const double NoseDepth = 0.15; // how far the nose stands out of the head, in head radii
    private const double NoseDown = 0.06;  // where it is, below the middle of the head
    private const double NoseWidth = 0.22;
    private const double Rim = 0.4;        // the part of the head that fades into what is behind it
    private const double PictureSide = 411;

    private static readonly Point2d s_head = new(210, 205); // in the face picture
    private static readonly Point2d s_headRadii = new(132, 185);
    private static readonly Scalar s_wall = new(178, 186, 176);
    private static readonly Lazy<Mat> s_face = new(LoadFace);

    private static string FilePath { get; } = FindFile();

    /// <summary>One frame of a camera.</summary>
    /// <param name="light">What every pixel is multiplied by.</param>
    /// <param name="blur">Standard deviation of a Gaussian, in pixels.</param>
    /// <param name="scale">Size of the head; at 1 and 640×480 it is as large as a person's at a desk.</param>
    /// <param name="right">How far the head is from the middle, in parts of the picture's width.</param>
    /// <param name="down">The same downwards, in parts of its height.</param>
    /// <param name="roll">How far the head leans towards the picture's right, in degrees.</param>
    /// <param name="faces">How many there are, side by side.</param>
    public static byte[] Jpeg(
        Pose pose,
        int width = 640,
        int height = 480,
        double light = 1,
        double blur = 0,
        double scale = 1,
        double right = 0,
        double down = 0,
        double roll = 0,
        int faces = 1)
    {
        var (turn, nod) = AnglesOf(pose);
        return Render(new(width, height), turn, nod, light, blur, scale * Math.Min(width / 640d, height / 480d), right, down, roll, faces);
    }

    /// <summary>A head that is turned by so many degrees to its own left.</summary>
    public static byte[] Turned(double degrees, double light = 1, double scale = 1, double right = 0, double down = 0, double roll = 0) =>
        Render(new(640, 480), degrees, 0, light, 0, scale, right, down, roll, 1);

    /// <summary>
    /// A person who takes one pose after the other, as JPEGs one after the other: what Chromium's fake camera plays in a loop
    /// (<c>--use-file-for-fake-video-capture</c>, the name must end in <c>.mjpeg</c>), and camera-api's <c>file:</c> cameras.
    /// </summary>
    public static async Task WriteMotionJpegAsync(
        string path,
        double secondsPerPose = 3,
        int framesPerSecond = MotionFrameRate,
        IReadOnlyList<Pose>? order = null,
        int width = 640,
        int height = 480,
        CancellationToken cancel = default)
    {
        const double SecondsBetween = 0.3;
        var poses = order ?? Enum.GetValues<Pose>();
        var scale = Math.Min(width / 640d, height / 480d);
        await using var file = File.Create(path);
        for (var i = 0; i < poses.Count; i++)
        {
            var still = Jpeg(poses[i], width, height);
            for (var frame = 0; frame < Math.Max(1, secondsPerPose * framesPerSecond); frame++)
            {
                await file.WriteAsync(still, cancel);
            }

            var (from, to) = (AnglesOf(poses[i]), AnglesOf(poses[(i + 1) % poses.Count]));
            var steps = from == to ? 0 : (int)(SecondsBetween * framesPerSecond);
            for (var step = 1; step <= steps; step++)
            {
                var done = step / (steps + 1d);
                var turn = double.Lerp(from.Turn, to.Turn, done);
                var nod = double.Lerp(from.Nod, to.Nod, done);
                await file.WriteAsync(Render(new(width, height), turn, nod, 1, 0, scale, 0, 0, 0, 1), cancel);
            }
        }
    }

    private static (double Turn, double Nod) AnglesOf(Pose pose) => pose switch
    {
        Pose.Front => (0, 0),
        Pose.Left => (Turn, 0),
        Pose.Right => (-Turn, 0),
        Pose.Up => (0, Nod),
        Pose.Down => (0, -Nod),
        _ => throw new ArgumentOutOfRangeException(nameof(pose), pose, null),
    };

    private static byte[] Render(
        Size size, double turn, double nod, double light, double blur, double scale, double right, double down, double roll, int faces)
    {
        Assert.True(File.Exists(FilePath), $"{FilePath} is missing, which the build of Web brings.");
        using var xs = new Mat(size, MatType.CV_32F, new Scalar(-1));
        using var ys = new Mat(size, MatType.CV_32F, new Scalar(-1));
        for (var face = 0; face < faces; face++)
        {
            var middle = new Point2d(size.Width * ((face + 0.5) / faces + right), size.Height * (0.5 + down));
            PlaceHead(xs, ys, middle, size.Width / faces, turn, nod, scale, roll);
        }

        using var picture = new Mat();
        Cv2.Remap(s_face.Value, picture, xs, ys, InterpolationFlags.Linear, BorderTypes.Constant, s_wall);
        if (blur > 0)
        {
            Cv2.GaussianBlur(picture, picture, new Size(0, 0), blur);
        }

        picture.ConvertTo(picture, -1, light);
        return picture.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, 92));
    }

    /// <summary>Says for every pixel near the head where in the face picture it comes from.</summary>
    private static void PlaceHead(Mat xs, Mat ys, Point2d middle, int width, double turn, double nod, double scale, double roll)
    {
        var (sinTurn, cosTurn) = Math.SinCos(double.DegreesToRadians(turn));
        var (sinNod, cosNod) = Math.SinCos(double.DegreesToRadians(nod));
        var (sinRoll, cosRoll) = Math.SinCos(double.DegreesToRadians(roll));
        var from = Math.Max(0, (int)(middle.X - width / 2d));
        var (to, height) = (Math.Min(xs.Width, (int)(middle.X + width / 2d)), xs.Height);
        for (var row = 0; row < height; row++)
        {
            for (var column = from; column < to; column++)
            {
                var (dx, dy) = ((column - middle.X) / scale, (row - middle.Y) / scale);
                var u = (dx * cosRoll + dy * sinRoll) / s_headRadii.X;
                var v = (dy * cosRoll - dx * sinRoll) / s_headRadii.Y;
                var fromRim = 1 - u * u - v * v;
                if (fromRim > 0)
                {
                    var z = Math.Sqrt(fromRim);
                    var turnedX = u * cosTurn - z * sinTurn;
                    var turnedZ = u * sinTurn + z * cosTurn;
                    var turnedY = v * cosNod + turnedZ * sinNod;
                    var nose = NoseDepth * Math.Exp(
                        -(turnedX * turnedX + (turnedY - NoseDown) * (turnedY - NoseDown)) / (2 * NoseWidth * NoseWidth));
                    var share = Math.Min(1, fromRim / Rim);
                    u += (turnedX - nose * sinTurn - u) * share;
                    v += (turnedY + nose * sinNod - v) * share;
                }

                xs.At<float>(row, column) = (float)(s_head.X + s_headRadii.X * u);
                ys.At<float>(row, column) = (float)(s_head.Y + s_headRadii.Y * v);
            }
        }
    }

    /// <summary>The demo picture shows a whole application; the face in it is small, so it is made larger and crisp again.</summary>
    private static Mat LoadFace()
    {
        using var whole = Cv2.ImRead(FilePath);
        using var part = new Mat(whole, new Rect(15, 143, 137, 137));
        var face = new Mat();
        Cv2.Resize(part, face, new Size(PictureSide, PictureSide), 0, 0, InterpolationFlags.Lanczos4);
        using var soft = new Mat();
        Cv2.GaussianBlur(face, soft, new Size(0, 0), 2.2);
        Cv2.AddWeighted(face, 2.2, soft, -1.2, 0, face);
        return face;
    }

    private static string FindFile() => Repository.PathOf("Attendance.Web/node_modules/@vladmandic/human/assets/screenshot-faceid.jpg");
}
