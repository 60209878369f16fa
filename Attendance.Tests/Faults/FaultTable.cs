using System.Globalization;
using System.Text;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>Collects the measurements of all tests of the suite, and prints them after the last test.</summary>
public sealed class FaultTable : IDisposable
{
    private const string FileVariable = "ATTENDANCE_FAULTS_TABLE";
    private const string RunsVariable = "ATTENDANCE_FAULT_RUNS";
    private const string Begin = "<!-- measured: begin -->", End = "<!-- measured: end -->";

    private const string NotMeasured = "not measured in this run";

    private readonly Dictionary<FaultRow, (List<TimeSpan> Times, int Leaked)> _measured = [];

    /// <summary>How often each fault strikes: once in every run of the tests, 20 times for the table (<c>./test.sh --faults --runs 20</c>).</summary>
    public static int Runs { get; } =
        int.TryParse(Environment.GetEnvironmentVariable(RunsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var runs) && runs > 0 ? runs : 1;

    /// <summary>How often a fault that takes seconds is repeated.</summary>
    public static int FewRuns => Math.Min(Runs, Math.Max(3, Runs / 4));

    /// <summary>Records the measurements of one row, and asserts its bound.</summary>
    public void Record(FaultRow row, IReadOnlyList<TimeSpan> times, int leaked)
    {
        lock (_measured)
        {
            _measured[row] = ([.. times.Order()], leaked);
        }

        var shown = Line(row);
        TestContext.Current.TestOutputHelper?.WriteLine(shown);
        Assert.NotEmpty(times);
        Assert.True(row.IsEmulated || Percentile(times.Order().ToList(), 0.99) <= row.Bound, $"Out of bounds: {shown}");
        Assert.True(leaked == 0, $"Leaked: {shown}");
    }

    public void Dispose()
    {
        if (_measured.Count == 0)
        {
            return;
        }

        var table = ToString();
        Console.WriteLine();
        Console.WriteLine(table);
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            File.WriteAllText(file, Into(File.Exists(file) ? File.ReadAllText(file) : ""));
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine("| fault | bound | median | p99 | worst | runs | leaked |");
        text.AppendLine("|---|---|--:|--:|--:|--:|--:|");
        foreach (var row in FaultRow.All)
        {
            text.AppendLine(Line(row));
        }

        return text.Append(CultureInfo.InvariantCulture, $"\n{Environment.ProcessorCount} cores").ToString();
    }

    /// <summary>Puts the table into the page. Rows that this run has not measured keep their figures, because no run measures all rows.</summary>
    private string Into(string page)
    {
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
        {
            return this + "\n";
        }

        var earlier = page[begin..end].Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).ToLookup(line => line.Split(" | ")[0]);
        var lines = ToString().Split('\n').Select(line =>
            line.Contains(NotMeasured, StringComparison.Ordinal) ? earlier[line.Split(" | ")[0]].FirstOrDefault(line) : line);
        return $"{page[..(begin + Begin.Length)]}\n{string.Join('\n', lines)}\n{page[end..]}";
    }

    private string Line(FaultRow row)
    {
        lock (_measured)
        {
            if (!_measured.TryGetValue(row, out var measured) || measured.Times.Count == 0)
            {
                return $"| {row.Fault} | {row.Promise} | {NotMeasured} | | | | |";
            }

            var p99 = Percentile(measured.Times, 0.99);
            var promise = row.IsEmulated ? row.Promise + ", on a real machine" : p99 <= row.Bound ? row.Promise : row.Promise + " (missed)";
            return string.Create(CultureInfo.InvariantCulture,
                $"| {row.Fault} | {promise} | {Text(Percentile(measured.Times, 0.5))} | {Text(p99)} | {Text(measured.Times[^1])} | {measured.Times.Count} | {measured.Leaked} |");
        }
    }

    /// <summary>The nearest rank: below a hundred runs the 99th percentile is the worst.</summary>
    private static TimeSpan Percentile(List<TimeSpan> ordered, double share) => ordered[Math.Max(0, (int)Math.Ceiling(share * ordered.Count) - 1)];

    private static string Text(TimeSpan time) => time < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");
}

/// <summary>The tests run one after the other, because they assert bounds in time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultSuite : ICollectionFixture<FaultTable>, ICollectionFixture<SharedFaultySystem>
{
    public const string Name = "Faults";
}
