using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Attendance.Benchmarks.Reports;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Faces.Recognition;
using Microsoft.Extensions.Options;

namespace Attendance.Benchmarks.Search;

/// <summary>Measures how long the matcher takes to find a face among many, beside a plain read of as many bytes.</summary>
internal sealed class SearchBenchmarks : IBenchmarkGroup
{
    private const double Limit = 2;
    private static readonly int[] s_usual = [300, 1000];
    private readonly Random _random = new(7); // the same people each time

    public string Name => "search";

    public string Title => "Search among templates";

    public string About => """
        Web's own matcher decides whose face a frame shows among 100,000 templates of 128 numbers each (51 MB), once with those in the order in which they lie in memory, and once shuffled. In turns with it,
        a plain loop with vector instructions adds up one block of as many bytes: that is what the memory delivers. Both run on one thread, and then on as many threads as there are cores, each of which goes through all
        of it. The goal is twice the time of the plain read by the same number of threads. A decision on five frames takes five times as long. The same distances within one block take as long as the plain read:
        what costs is that each template is an object of its own, somewhere in memory. Web never searches so many: a face is compared with 300 people at most (`Recognition:MaxCandidates`, 1,000 at the most), because the
        model finds no person among many thousands. The limit is lifted here. The second table has as many templates as Web compares with.
        """;

    public string? Missing() => null;

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        var count = run.Pick(100_000, 20_000);
        run.Say($"{count:N0} templates");
        var people = Enumerable.Range(0, count).Select(_ => new FaceCandidate(Guid.NewGuid(), Embedding())).ToList();
        var shuffled = people.ToArray();
        _random.Shuffle(shuffled);
        var matcher = new FaceMatcher(Options.Create(new RecognitionOptions { MaxCandidates = count, Frames = 1, FramesNeeded = 1 }));
        FaceFrame[] frame = [new(1, TimeProvider.System.GetUtcNow(), Faces: 1, people[count / 2].Template)];
        var block = new float[count * FaceEmbedding.Length];
        Array.Fill(block, 0.1f);

        var (rows, goals) = (new List<IReadOnlyList<string>>(), new List<Goal>());
        foreach (var threads in new[] { 1, Environment.ProcessorCount }.Distinct())
        {
            var (read, ordered, random) = (
                new Way("plain read of as many bytes", () => Sum(block) > 0),
                new Way("matcher, templates in the order of memory", () => IsFound(matcher.Decide(frame, people))),
                new Way("matcher, templates shuffled", () => IsFound(matcher.Decide(frame, shuffled))));
            Way[] ways = [read, ordered, random];
            for (var round = -30; round < run.Pick(100, 10); round++)
            {
                foreach (var way in round % 2 == 0 ? ways : Enumerable.Reverse(ways))
                {
                    var took = await TimeAsync(way.Run, threads, cancellationToken);
                    if (round >= 0)
                    {
                        way.Times.Add(took);
                    }
                }
            }

            goals.Add(Goal.AtMost(string.Create(CultureInfo.InvariantCulture, $"{count:N0} templates in the order of memory, {threads} threads, p50"), ordered.Times.Median / read.Times.Median, Limit, "× a plain read of as many bytes"));
            rows.AddRange(ways.Select(way => (string[])
            [
                string.Create(CultureInfo.InvariantCulture, $"{way.Name}, {threads}"), Samples.Milliseconds(way.Times.Percentile(0)), Samples.Milliseconds(way.Times.Median), Samples.Milliseconds(way.Times.P99),
                Samples.Figure(threads * (double)block.Length * sizeof(float) / way.Times.Median.TotalSeconds / 1e9), Samples.Figure(way.Times.Median / read.Times.Median),
                way.Times.Median <= read.Times.Median * Limit ? "" : "missed",
            ]));
        }

        var usual = s_usual.Select(few => UsualRow(matcher, frame, [.. people.Skip((count - few) / 2).Take(few)], run.Pick(2000, 200))).ToList();
        return
        [
            new(
                string.Create(CultureInfo.InvariantCulture, $"{count:N0} templates"),
                ["what, threads", "fastest ms", "p50 ms", "p99 ms", "GB/s", "of the plain read", string.Create(CultureInfo.InvariantCulture, $"goal of {Limit}")],
                rows)
            {
                Goals = goals,
            },
            new("As many templates as Web compares with", ["templates", "p50 ms", "p99 ms"], usual),
        ];
    }

    private static IReadOnlyList<string> UsualRow(FaceMatcher matcher, FaceFrame[] frame, FaceCandidate[] people, int times)
    {
        var samples = new Samples();
        for (var i = 0; i < times; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            _ = matcher.Decide(frame, people);
            samples.Add(Stopwatch.GetElapsedTime(begun));
        }

        return [people.Length.ToString("N0", CultureInfo.InvariantCulture), Samples.Milliseconds(samples.Median), Samples.Milliseconds(samples.P99)];
    }

    /// <summary>Returns how long it takes until the last of these threads is done.</summary>
    private static async Task<TimeSpan> TimeAsync(Func<bool> work, int threads, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var begun = Stopwatch.GetTimestamp();
        var others = Enumerable.Range(1, threads - 1).Select(_ => Task.Run(work, cancellationToken)).ToList();
        var isRight = work();
        isRight &= (await Task.WhenAll(others)).All(each => each);
        var took = Stopwatch.GetElapsedTime(begun);
        return isRight ? took : throw new InvalidOperationException("The face that is there was not found.");
    }

    private static bool IsFound(FaceDecision decision) => decision is FaceDecision.Accepted { Evidence.Distance: 0 };

    private static float Sum(ReadOnlySpan<float> numbers)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(numbers);
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i + 3 < vectors.Length; i += 4)
        {
            (a, b, c, d) = (a + vectors[i], b + vectors[i + 1], c + vectors[i + 2], d + vectors[i + 3]);
        }

        return Vector256.Sum(a + b + c + d);
    }

    private FaceEmbedding Embedding()
    {
        var numbers = new float[FaceEmbedding.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (_random.NextSingle() - 0.5f) / 4;
        }

        return new(numbers);
    }

    private sealed record Way(string Name, Func<bool> Run)
    {
        public Samples Times { get; } = new();
    }
}
