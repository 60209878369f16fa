using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Benchmarks.Pages;

/// <summary>One page, and how long it took.</summary>
internal sealed record AskedPage(string Name, string Address)
{
    public Samples Times { get; } = new();

    /// <summary>How many rows its tables have.</summary>
    public int Rows { get; set; }
}

/// <summary>Web as a process of its own, on a database that an organisation fills, and the pages that are asked for.</summary>
internal sealed partial class PagesSite : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly PostgresDatabase? _postgres;
    private WebServer? _web;

    private PagesSite(DirectoryInfo folder, PostgresDatabase? postgres) => (_folder, _postgres) = (folder, postgres);

    public IReadOnlyList<AskedPage> Pages { get; private set; } = [];

    public static async Task<PagesSite> OpenAsync(Organisation organisation, bool postgres, CancellationToken cancellationToken)
    {
        var site = new PagesSite(Directory.CreateTempSubdirectory("attendance-bench-pages-"), postgres ? await PostgresDatabase.StartAsync(cancellationToken) : null);
        try
        {
            await using (var db = site.OpenDatabase())
            {
                await organisation.FillAsync(db, TimeProvider.System.GetUtcNow().UtcDateTime, cancellationToken);
            }

            await site.StartAsync(organisation, cancellationToken);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for a page once, until its last byte.</summary>
    public async Task AskAsync(AskedPage page, bool measure, CancellationToken cancellationToken)
    {
        var asked = Stopwatch.GetTimestamp();
        var html = await _web!.Http.GetStringAsync(page.Address, cancellationToken);
        if (measure)
        {
            page.Times.Add(Stopwatch.GetElapsedTime(asked));
        }

        page.Rows = Row().Count(html);
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private AttendanceDb OpenDatabase() => _postgres is null
        ? new SqliteAttendanceDb(new DbContextOptionsBuilder<SqliteAttendanceDb>().UseSqlite($"Data Source={Path.Combine(_folder.FullName, "attendance.db")};Pooling=False").Options)
        : new PostgresAttendanceDb(new DbContextOptionsBuilder<PostgresAttendanceDb>().UseNpgsql(_postgres.ConnectionString).Options);

    private async Task StartAsync(Organisation organisation, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string> { ["Data:Folder"] = _folder.FullName };
        if (_postgres is not null)
        {
            settings["ConnectionStrings:attendance-db"] = _postgres.ConnectionString;
        }

        _web = await WebServer.StartAsync(settings, cancellationToken);
        var middle = organisation.People / 2;
        Pages =
        [
            new("people, the first page", "/people"),
            new("people, the middle page", await SearchAsync(("Number", (middle / Web.People.PeopleStore.PageSize).ToString(CultureInfo.InvariantCulture)))),
            new("people, a name that one of a thousand has", await SearchAsync(("Words", "ada lovelace"))),
            new("people, a number that one has", await SearchAsync(("Words", Organisation.NumberOf(middle)))),
            new("people, the first page of a department", await SearchAsync(("Group", Organisation.DepartmentOf(50)))),
            new("today", "/attendance"),
            new("a session of today", $"/attendance/{organisation.SessionId}"),
        ];

        // The address that a search leads to, which is what Back shows again.
        Task<string> SearchAsync(params (string Name, string Value)[] fields) => _web.PostAsync("/people", cancellationToken, fields);
    }

    [GeneratedRegex("<th scope=\"row\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}
