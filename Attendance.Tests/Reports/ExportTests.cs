using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Web.Data;
using CsvHelper;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Reports;

/// <summary>Tests what programs read of an export, and what becomes of one that nobody waits for.</summary>
public sealed partial class ExportTests : IAsyncLifetime
{
    private const string Formula = "=HYPERLINK(\"http://evil.test\",\"x\")";

    /// <summary>Names and numbers as they are stored, in the order of names.</summary>
    private static readonly (string Name, string Number)[] s_people =
    [
        (Formula, "=1+1"), ("-2+3", "-17"), ("+49 Anna", "007"), ("@SUM(A1)", "0042"), ("\tTab", "1e5"), ("Line\r\nBreak, \"quoted\"", "A-1"), ("李 小龍", "12/11"), ("محمد عبد", "٠٠٨"), ("Zoë Ñandú 😀", "TRUE"),
    ];

    private readonly ReportSite _site = new();
    private Guid _group;
    private Session _session = null!;
    private HttpClient _client = null!;
    private SignIn _operator = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Days => $"from={_session.Day:yyyy-MM-dd}&until={_session.Day:yyyy-MM-dd}";

    public async ValueTask InitializeAsync()
    {
        _operator = await _site.Site.Web.SignInAsync();
        _client = _site.Site.Web.Client(_operator);
        var people = new List<Guid>();
        foreach (var (name, number) in s_people)
        {
            people.Add(await _site.Site.PersonAsync(name, number));
        }

        _group = await _site.GroupAsync("Class 7a", [.. people]);
        _session = await _site.SessionAsync(_group, "=Lesson", DateOnly.FromDateTime(_site.Now).AddDays(-2), new(9, 0), TimeSpan.FromHours(1));
        await _site.ComesAsync(_session, people[0], TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task A_CSV_has_every_text_as_it_is_but_no_formula_and_the_audit_knows()
    {
        var (bytes, response) = await GetAsync($"/api/reports/group/csv?{Days}&group={_group}");
        var text = Encoding.UTF8.GetString(bytes);
        var rows = Rows(bytes);

        Assert.Equal("Name,Number,Present,Late,Left early,Absent,Excused,Not yet,Attended %", text.Split("\r\n")[0]);
        Assert.Equal(
            s_people.Select(each => (Inert(each.Name), Inert(each.Number))).OrderBy(each => each.Item2, StringComparer.Ordinal),
            rows.Skip(1).Select(row => (row[0], row[1])).OrderBy(each => each.Item2, StringComparer.Ordinal));
        Assert.All(rows.SelectMany(row => row), field => Assert.False(field.Length > 0 && "=+-@\t\r\n".Contains(field[0], StringComparison.Ordinal), field));
        Assert.Equal(("1", "0", "100.0"), Fields(rows.Single(row => row[0] == Inert(Formula)), 2, 5, 8));
        Assert.Equal(("0", "1", "0.0"), Fields(rows.Single(row => row[1] == "007"), 2, 5, 8));
        Assert.Equal(("text/csv", $"attendance-group-{_session.Day:yyyy-MM-dd}-to-{_session.Day:yyyy-MM-dd}.csv"), (response.Content.Headers.ContentType!.MediaType, response.Content.Headers.ContentDisposition!.FileName!.Trim('"')));
        Assert.True(response.Headers.CacheControl!.NoStore);
        var entry = await _site.Site.DbAsync(db => db.AuditEntries.SingleAsync(each => each.Action == "report.exported", Cancel));
        Assert.Equal((_group, $"Group as Csv, {_session.Day:yyyy-MM-dd} to {_session.Day:yyyy-MM-dd}, {s_people.Length} rows, complete"), (entry.SubjectId, entry.Detail));

        var (excel, _) = await GetAsync($"/api/reports/marks/excel-csv?{Days}");
        Assert.Equal([0xEF, 0xBB, 0xBF], excel[..3]);
        Assert.False(bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]));
        var mark = Rows(excel).Single(row => row[6] == Inert(Formula));
        Assert.Equal(($"{_session.Day:yyyy-MM-dd}", "'=Lesson", $"{_session.Day:yyyy-MM-dd} 09:00", "Present", $"{_session.Day:yyyy-MM-dd} 09:01", ""), (mark[0], mark[1], mark[2], mark[8], mark[9], mark[11]));
    }

    [Fact]
    public async Task An_XLSX_has_a_head_without_rows_and_percentages_as_numbers()
    {
        var (none, _) = await GetAsync($"/api/reports/group/xlsx?from=2001-01-01&until=2001-01-31&group={_group}");
        Assert.Matches("Name.*Attended %", await SheetAsync(none));
        var (some, response) = await GetAsync($"/api/reports/sessions/xlsx?{Days}");
        Assert.EndsWith(".xlsx", response.Content.Headers.ContentDisposition!.FileName!.Trim('"'), StringComparison.Ordinal);
        Assert.Matches("""<x:c r="M2"( t="n")?( s="\d+")?><x:v>11.1</x:v>""", await SheetAsync(some)); // one of nine

        static async Task<string> SheetAsync(byte[] xlsx)
        {
            await using var zip = new ZipArchive(new MemoryStream(xlsx), ZipArchiveMode.Read);
            using var reader = new StreamReader(await zip.GetEntry("xl/worksheets/sheet1.xml")!.OpenAsync(Cancel));
            return await reader.ReadToEndAsync(Cancel);
        }
    }

    [Fact]
    public async Task An_XLSX_is_read_by_another_program_with_every_text_as_it_is()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/ssconvert"), "ssconvert is not installed, so no independent program reads the XLSX (Debian: apt-get install gnumeric).");
        var (bytes, _) = await GetAsync($"/api/reports/marks/xlsx?{Days}&group={_group}");
        var folder = Directory.CreateTempSubdirectory("attendance-xlsx-");
        try
        {
            var (sheet, text) = (Path.Combine(folder.FullName, "sheet.xlsx"), Path.Combine(folder.FullName, "sheet.csv"));
            await File.WriteAllBytesAsync(sheet, bytes, Cancel);
            await using var convert = ServerProcess.Start(
                "ssconvert", ["--export-type=Gnumeric_stf:stf_assistant", "-O", "separator=, format=raw quoting-mode=always", sheet, text], new Dictionary<string, string> { ["HOME"] = folder.FullName, ["LC_ALL"] = "C.UTF-8" });
            Assert.Equal(0, await convert.ExitAsync(TimeSpan.FromSeconds(60)));
            var rows = Rows(await File.ReadAllBytesAsync(text, Cancel));

            Assert.Equal(["Day", "Session", "Starts", "Ends", "Time zone", "Place", "Name", "Number", "Mark", "Came", "Left", "Minutes present", "Stated by"], rows[0]);
            Assert.Equal(
                s_people.Select(each => (each.Name.Replace("\r\n", "\n", StringComparison.Ordinal), each.Number)).OrderBy(each => each.Number, StringComparer.Ordinal),
                rows.Skip(1).Select(row => (Unescaped(row[6]).Replace("\r\n", "\n", StringComparison.Ordinal), row[7])).OrderBy(each => each.Item2, StringComparer.Ordinal));
            Assert.All(rows.Skip(1), row => Assert.Equal("=Lesson", row[1]));
            Assert.All(rows.Skip(1), row => Assert.Equal(_session.Day.DayNumber - new DateOnly(1899, 12, 30).DayNumber, int.Parse(row[0], CultureInfo.InvariantCulture))); // a date, and no text
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_cannot_be_exported_is_refused_with_the_field()
    {
        foreach (var (address, status, field) in ((string, int, string)[])
        [
            ("/api/reports/sessions/csv?from=yesterday", 400, "from"), ("/api/reports/sessions/csv?from=2026-02-01&until=2026-01-01", 400, "until"),
            ("/api/reports/sessions/csv?from=2020-01-01&until=2026-01-01", 400, "until"), ("/api/reports/group/csv", 400, "group"), ("/api/reports/person/xlsx?person=Ada", 400, "person"),
            ($"/api/reports/person/xlsx?person={Guid.NewGuid()}", 404, "Nothing exists"), ($"/api/reports/exports/{Guid.NewGuid()}", 404, "Nothing exists"),
        ])
        {
            using var refused = await _client.GetAsync(new Uri(address, UriKind.Relative), Cancel);

            Assert.Equal((address, status), (address, (int)refused.StatusCode));
            Assert.Contains(field, (string?)JsonNode.Parse(await refused.Content.ReadAsStringAsync(Cancel))!["title"], StringComparison.Ordinal);
        }

        Assert.False(await _site.Site.DbAsync(db => db.AuditEntries.AnyAsync(entry => entry.Action == "report.exported", Cancel)));
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_export_and_gets_no_end_of_it()
    {
        await AddManyAsync(people: 400, sessions: 60);
        var id = Guid.NewGuid();
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 })
        {
            await socket.ConnectAsync(IPAddress.Loopback, _site.Site.Web.Address.Port, Cancel);
            var range = $"from={_session.Day.AddDays(-90):yyyy-MM-dd}&until={_session.Day:yyyy-MM-dd}";
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /api/reports/marks/csv?{range}&export={id} HTTP/1.1\r\nHost: {_site.Site.Web.Address.Authority}\r\nCookie: {_operator.Header}\r\n\r\n"), Cancel);
            await Eventually.TrueAsync(async () => await StateAsync(id) is { } state && (long)state["rows"]! > 0, TimeSpan.FromSeconds(30), "the export has begun");
            await socket.ReceiveAsync(new byte[1000], Cancel);
        }

        await Eventually.TrueAsync(async () => (string?)(await StateAsync(id))!["state"] == "ended_early", TimeSpan.FromSeconds(30), "the export has ended");
        var rows = (long)(await StateAsync(id))!["rows"]!;
        Assert.InRange(rows, 1, (400 * 60) - 1);
        await Eventually.TrueAsync(
            () => _site.Site.DbAsync(db => db.AuditEntries.AnyAsync(each => each.Action == "report.exported" && each.Detail!.EndsWith("ended early"), Cancel)), TimeSpan.FromSeconds(30), "the audit has it");
    }

    private async Task AddManyAsync(int people, int sessions)
    {
        var group = await _site.Site.DbAsync(async db =>
        {
            var many = Enumerable.Range(0, people).Select(i =>
            {
                var person = new Person { CreatedAt = _site.Now };
                person.Describe($"Person {i} {new string('x', 180)}", $"M-{i}", null, _site.Now);
                return person;
            }).ToList();
            db.AddRange(many);
            await db.SaveChangesAsync(Cancel);
            return await _site.GroupAsync("Many", [.. many.Select(person => person.Id)]);
        });
        for (var i = 1; i <= sessions; i++)
        {
            await _site.SessionAsync(group, $"Lesson {new string('y', 80)}", _session.Day.AddDays(-i), new(9, 0), TimeSpan.FromHours(1));
        }
    }

    private async Task<JsonNode?> StateAsync(Guid id)
    {
        using var answer = await _client.GetAsync(new Uri($"/api/reports/exports/{id}", UriKind.Relative), Cancel);
        return answer.StatusCode == HttpStatusCode.OK ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel)) : null;
    }

    private async Task<(byte[] Bytes, HttpResponseMessage Response)> GetAsync(string address)
    {
        var response = await _client.GetAsync(new Uri(address, UriKind.Relative), Cancel);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
        return (await response.Content.ReadAsByteArrayAsync(Cancel), response);
    }

    /// <summary>Reads the escapes of ECMA-376 (ST_Xstring). MiniExcel writes characters beyond U+FFFF by them, and Gnumeric leaves them as they are.</summary>
    private static string Unescaped(string text) =>
        Escape().Replace(text, escape => ((char)int.Parse(escape.Groups["code"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());

    [GeneratedRegex("_x(?<code>[0-9A-F]{4})_", RegexOptions.ExplicitCapture)]
    private static partial Regex Escape();

    private static string Inert(string text) => "=+-@\t".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;

    private static (string, string, string) Fields(string[] row, int one, int two, int three) => (row[one], row[two], row[three]);

    private static List<string[]> Rows(byte[] csv)
    {
        using var reader = CsvReader.Create(csv, new CsvReaderOptions { Separator = ',', HasHeader = false });
        var rows = new List<string[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        }

        return rows;
    }
}
