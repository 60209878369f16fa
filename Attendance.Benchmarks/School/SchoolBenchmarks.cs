using System.Diagnostics;
using System.Globalization;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Benchmarks.School;

/// <summary>Asks a warm Web for every page that lists something, and for exports, after a year of a school, on each database.</summary>
internal sealed class SchoolBenchmarks : IBenchmarkGroup
{
    private static readonly TimeSpan s_goal = TimeSpan.FromMilliseconds(500);

    public string Name => "school";

    public string Title => "A year of a school";

    public string About => """
        1,000 people in 40 groups of 25; each group has 8 sessions a day of its own on 200 school days: 64,000 sessions, in which people check in 1.5 million times. Web is
        a process of its own with default settings, its database has nothing else to do, and one reader asks for one page after the other, 20 times each or for 8 seconds, after
        one time that does not count. The time is until the last byte has arrived. The goal for each page is 500 ms. What is exported is bounded by its size, so the table of exports has rows per second.
        PostgreSQL has the settings that it comes with.
        """;

    public bool OnlyByName => true; // it writes two gigabytes first

    public string? Missing() => null;

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        var year = new SchoolYear(run.Pick(200, 5), TimeProvider.System.GetUtcNow().UtcDateTime);
        var folder = Directory.CreateTempSubdirectory("attendance-bench-school-");
        try
        {
            var file = Path.Combine(folder.FullName, "attendance.db");
            var sqlite = await MeasureAsync(
                "SQLite", run, year, () => new SqliteAttendanceDb(new DbContextOptionsBuilder<SqliteAttendanceDb>().UseSqlite($"Data Source={file}").Options),
                new Dictionary<string, string> { ["Data:Folder"] = folder.FullName }, cancellationToken);
            if (PostgresDatabase.Missing() is { } reason)
            {
                return [.. sqlite, ReportTable.NotMeasured("PostgreSQL", reason)];
            }

            await using var postgres = await PostgresDatabase.StartAsync(cancellationToken);
            return
            [
                .. sqlite,
                .. await MeasureAsync(
                    "PostgreSQL", run, year, () => new PostgresAttendanceDb(new DbContextOptionsBuilder<PostgresAttendanceDb>().UseNpgsql(postgres.ConnectionString).Options),
                    new Dictionary<string, string> { ["Data:Folder"] = folder.FullName, ["ConnectionStrings:attendance-db"] = postgres.ConnectionString }, cancellationToken),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<ReportTable>> MeasureAsync(
        string database, BenchmarkRun run, SchoolYear year, Func<AttendanceDb> open, Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        run.Say($"{database}: a school year is written");
        var begun = Stopwatch.GetTimestamp();
        var (sessions, events) = await SchoolDatabase.FillAsync(year, open, cancellationToken);
        run.Say(string.Create(CultureInfo.InvariantCulture, $"{sessions:N0} sessions, {events:N0} check-ins in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s"));
        await using var web = await WebServer.StartAsync(settings, cancellationToken);
        var pages = await SchoolPages.FindAsync(web, year, open, cancellationToken);
        var rows = new List<IReadOnlyList<string>>();
        var medians = new Samples();
        foreach (var (name, address) in pages.Pages)
        {
            var samples = await AskAsync(web, address, run.Pick(20, 2), cancellationToken);
            rows.Add([name, samples.Count.ToString(CultureInfo.InvariantCulture), Samples.Milliseconds(samples.Median), Samples.Milliseconds(samples.P99), samples.Median < s_goal ? "" : "missed"]);
            medians.Add(samples.Median);
            run.Say(string.Join(", ", rows[^1]));
        }

        var exported = new List<IReadOnlyList<string>>();
        foreach (var (name, address) in pages.Exports)
        {
            exported.Add([name, .. await ExportAsync(web, address, cancellationToken)]);
            run.Say(string.Join(", ", exported[^1]));
        }

        return
        [
            new($"Pages, {database}", ["page", "times", "p50 ms", "p99 ms", "goal of 500 ms"], rows)
            {
                Goals = [Goal.AtMost($"slowest page after a year, {database}, p50", medians.Percentile(100), s_goal)],
            },
            new($"Exports, {database}", ["export", "rows", "MB", "seconds", "rows/s", "largest memory of Web, MiB", "before, MiB"], exported),
        ];
    }

    private static async Task<Samples> AskAsync(WebServer web, string address, int times, CancellationToken cancellationToken)
    {
        var (samples, begun) = (new Samples(), Stopwatch.GetTimestamp());
        for (var i = -1; i < times && (samples.Count < 3 || Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(8)); i++)
        {
            var asked = Stopwatch.GetTimestamp();
            using var answer = await web.Http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            answer.EnsureSuccessStatusCode();
            await answer.Content.CopyToAsync(Stream.Null, cancellationToken);
            if (i >= 0)
            {
                samples.Add(Stopwatch.GetElapsedTime(asked));
            }
        }

        return samples;
    }

    private static async Task<string[]> ExportAsync(WebServer web, string address, CancellationToken cancellationToken)
    {
        var before = ProcessUsage.Memory(web.Pid).Rss;
        web.ForgetPeak();
        var (id, begun) = (Guid.NewGuid(), Stopwatch.GetTimestamp());
        using var answer = await web.Http.GetAsync($"{address}&export={id}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{address}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }

        var sink = new CountingStream();
        await answer.Content.CopyToAsync(sink, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var state = System.Text.Json.JsonDocument.Parse(await web.Http.GetStringAsync($"/api/reports/exports/{id}", cancellationToken));
        var rows = state.RootElement.GetProperty("rows").GetInt64();
        return
        [
            rows.ToString("N0", CultureInfo.InvariantCulture), Samples.Figure(sink.Count / 1e6), Samples.Figure(seconds), Samples.Figure(rows / seconds), web.Peak().ToString("0", CultureInfo.InvariantCulture),
            before.ToString("0", CultureInfo.InvariantCulture),
        ];
    }

    private sealed class CountingStream : MemoryStream
    {
        public long Count { get; private set; }

        public override void Write(byte[] buffer, int offset, int count) => Count += count;

        public override void Write(ReadOnlySpan<byte> buffer) => Count += buffer.Length;

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Count += count;
            return Task.CompletedTask;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count += buffer.Length;
            return default;
        }
    }
}
