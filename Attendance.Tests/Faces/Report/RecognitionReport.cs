using System.Diagnostics;
using System.Globalization;
using System.Text;
using Attendance.Tests.Subjects;
using Attendance.Tests.Telemetry;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Xunit;

namespace Attendance.Tests.Faces.Report;

/// <summary>
/// Measures recognition and liveness, and writes the tables of <c>docs/recognition.md</c> if the environment names the file. It runs only
/// when it is asked for: <c>./test.sh --recognition</c>.
/// </summary>
public sealed class RecognitionReport(Observing observing) : IClassFixture<Observing>
{
    private const string FileVariable = "ATTENDANCE_RECOGNITION_TABLES";
    private const int TimedFrames = 200;

    private static readonly double[] s_distances = [0.40, 0.45, 0.50, 0.55, 0.58, 0.60, 0.65];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task What_recognition_and_liveness_reach()
    {
        using var nets = TestNets.Open();
        var faces = await SampleFaces.ReadAsync(nets, Cancel);
        var (pictures, templates) = (Comparisons.OfPictures(faces), Comparisons.OfTemplates(faces));
        var attacks = new Attacks(observing);
        var withBlink = await attacks.TryAllAsync(new());
        var turnsOnly = await attacks.TryAllAsync(new() { Blink = false });

        var page = new StringBuilder("\n\n## Measured\n\n");
        AddDistances(page, pictures, templates);
        await AddTimesAsync(page, observing);
        AddAttacks(page, withBlink, turnsOnly);
        await AddTurnsAsync(page, observing);

        TestContext.Current.TestOutputHelper?.WriteLine(page.ToString());
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, GeneratedPage.Renew(await File.ReadAllTextAsync(file, Cancel), page.Append('\n').ToString()), Cancel);
        }

        // What the thresholds promise must hold on these pictures at least; the tables say the rest.
        var limits = new RecognitionOptions();
        Assert.True(faces.TheMan.Count >= 15 && faces.Strangers.Count() >= 50, "Too few faces were found to measure anything.");
        Assert.True(pictures.FalseMatch(limits.AcceptDistance) < 0.002);
        Assert.Equal(0, templates.FalseMatch(limits.AcceptDistance));
        Assert.True(templates.FalseNonMatch(limits.AcceptDistance) < 0.05);
    }

    private static void AddDistances(StringBuilder page, Comparisons pictures, Comparisons templates)
    {
        page.Append("False non-match (one person is refused) and false match (two people are taken for one) by distance.\n\n");
        Line(page, $"- Single pictures: {pictures.OnePerson.Count:#,0} pairs of one man, {pictures.TwoPeople.Count:#,0} pairs of two people, of whom the nearest are {pictures.TwoPeople.Min():0.000} apart.");
        Line(page, $"- Templates: the mean of five of the man's pictures, drawn 40 times, against his others ({templates.OnePerson.Count:#,0}) and against strangers ({templates.TwoPeople.Count:#,0}, the nearest at {templates.TwoPeople.Min():0.000}).\n");
        page.Append("| Distance at most | False non-match, single | False match, single | False non-match, template | False match, template |\n|--:|--:|--:|--:|--:|\n");
        foreach (var distance in s_distances)
        {
            Line(page, $"| {distance:0.00} | {pictures.FalseNonMatch(distance):0.0 %} | {pictures.FalseMatch(distance):0.00 %} | {templates.FalseNonMatch(distance):0.0 %} | {templates.FalseMatch(distance):0.00 %} |");
        }
    }

    private static async Task AddTimesAsync(StringBuilder page, Observing observing)
    {
        page.Append("\nTime from a JPEG to its numbers, on one thread of the machine that ran this, one frame after the other.\n\n");
        page.Append("| Frame | p50 | p99 | p99 / p50 |\n|---|--:|--:|--:|\n");
        foreach (var (width, height, withEyes) in new[] { (640, 480, false), (640, 480, true), (1280, 720, false), (1280, 720, true) })
        {
            var jpeg = TestFaces.Jpeg(Pose.Front, width, height);
            var times = new List<double>();
            for (var i = -10; i < TimedFrames; i++)
            {
                var begun = Stopwatch.GetTimestamp();
                await observing.ObserveAsync(jpeg, withEyes);
                if (i >= 0)
                {
                    times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                }
            }

            times.Sort();
            var (p50, p99) = (times[TimedFrames / 2], times[TimedFrames * 99 / 100]);
            Line(page, $"| {width} × {height}{(withEyes ? ", with eyes" : "")} | {p50:0} ms | {p99:0} ms | {p99 / p50:0.0} |");
        }
    }

    private static void AddAttacks(StringBuilder page, IReadOnlyList<Tried> withBlink, IReadOnlyList<Tried> turnsOnly)
    {
        page.Append("\nPresentations to the challenge of three actions. For attacks the share that passed (APCER), for people the share that was refused (BPCER).\n\n");
        page.Append("| Presented | Tried | Turns and blinks | Failed by | Turns only | Failed by |\n|---|--:|--:|---|--:|---|\n");
        foreach (var (both, turns) in withBlink.Zip(turnsOnly))
        {
            Line(page, $"| {both.What} | {both.Outcomes.Count} + {turns.Outcomes.Count} | {Rate(both)} | {both.FailedBy} | {Rate(turns)} | {turns.FailedBy} |");
        }

        static string Rate(Tried tried) => string.Create(CultureInfo.InvariantCulture, $"{(tried.IsAttack ? "APCER" : "BPCER")} {tried.Rate:0.0 %}");
    }

    /// <summary>Measures the figures that the limits of the challenge are compared with.</summary>
    private static async Task AddTurnsAsync(StringBuilder page, Observing observing)
    {
        page.Append("\nWhat a turn shows: the yaw relative to the straight look, and the distance to it (for the rendered head).\n\n");
        page.Append("| Degrees | Head: yaw | Head: distance | Flat print: yaw | Flat print: distance |\n|--:|--:|--:|--:|--:|\n");
        var straight = TestFaces.Turned(0);
        var first = await observing.FaceAsync(straight, withEyes: true);
        foreach (var degrees in (double[])[-35, -30, -25, -15, 15, 25, 30, 35, 50])
        {
            var head = await observing.ObserveAsync(TestFaces.Turned(degrees), withEyes: true);
            var print = await observing.ObserveAsync(Prints.Turned(straight, degrees), withEyes: true);
            Line(page, $"| {degrees} | {Yaw(head)} | {Distance(head)} | {Yaw(print)} | {Distance(print)} |");
        }

        var eyes = new (float, float)[] { (first.Points.LeftEye.X, first.Points.LeftEye.Y), (first.Points.RightEye.X, first.Points.RightEye.Y) };
        var shut = await observing.FaceAsync(Prints.WithEyesShut(straight, eyes, first.Points.EyeDistance), withEyes: true);
        Line(page, $"\nEye openness of the rendered head: {first.EyeOpenness:0.00} as it is, {shut.EyeOpenness:0.00} with lids drawn together.");

        string Yaw(FaceObservation seen) => seen is FaceObservation.OneFace face ? (face.Figures.Yaw - first.Figures.Yaw).ToString("0.00", CultureInfo.InvariantCulture) : "no face";
        string Distance(FaceObservation seen) =>
            seen is FaceObservation.OneFace { Embedding: { } face } ? face.DistanceTo(first.Embedding!).ToString("0.00", CultureInfo.InvariantCulture) : "–";
    }

    private static void Line(StringBuilder page, FormattableString text) => page.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
