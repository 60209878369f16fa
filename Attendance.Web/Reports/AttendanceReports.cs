using System.Runtime.CompilerServices;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;

namespace Attendance.Web.Reports;

internal enum ReportOrder
{
    /// <summary>Sessions by their start, people by their names.</summary>
    Usual,

    Name,

    /// <summary>The lowest percentage first, because that is what a reader looks for. Who has none is last.</summary>
    Percentage,
}

/// <summary>A session, and the marks in it.</summary>
internal sealed record SessionTotals(Session Session, MarkCounts Counts)
{
    public static SessionTotals Of(Sheet sheet) => new(sheet.Session, MarkCounts.Of(sheet.Rows.Select(row => row.Result.Mark)));
}

/// <summary>A person, and their marks.</summary>
internal sealed record PersonTotals(Guid PersonId, string FullName, string Number, string SortKey, MarkCounts Counts);

/// <summary>A page of a report by session.</summary>
/// <param name="Page">The number of the page, from 1. Never more than <paramref name="Pages"/>.</param>
/// <param name="IsTooMany">Whether there are too many sessions to sort them by percentage, so that they are sorted by start.</param>
internal sealed record SessionsPage(IReadOnlyList<SessionTotals> Rows, int Page, int Pages, int Total, bool IsTooMany = false);

/// <summary>Makes reports of marks. Marks are derived while the report is read, and none is kept.</summary>
internal sealed class AttendanceReports(ReportReader reader)
{
    /// <summary>Sessions of a page, and sessions that are sorted by percentage at most: all of them must be read for that.</summary>
    public const int PageSize = 100, MostSorted = 10_000;

    public async Task<SessionsPage> SessionsAsync(ReportScope scope, ReportOrder order, int page, CancellationToken cancellationToken)
    {
        var total = await reader.CountAsync(scope, cancellationToken);
        var pages = Math.Max(1, (total + PageSize - 1) / PageSize);
        page = Math.Clamp(page, 1, pages);
        var skip = (page - 1) * PageSize;
        if (order != ReportOrder.Percentage || total > MostSorted)
        {
            var shown = await reader.PageAsync(scope, order == ReportOrder.Name, skip, PageSize, cancellationToken);
            return new([.. shown.Select(SessionTotals.Of)], page, pages, total, IsTooMany: order == ReportOrder.Percentage);
        }

        // The percentages of all sessions decide which are shown, so all are read. Of each, only its id, its start and its share are kept.
        var shares = new List<(decimal Share, DateTime StartsAt, Guid Id)>();
        await foreach (var each in TotalsAsync(scope, cancellationToken))
        {
            shares.Add((each.Counts.Share ?? decimal.MaxValue, each.Session.StartsAt, each.Session.Id));
        }

        shares.Sort();
        var ids = shares.Skip(skip).Take(PageSize).Select(each => each.Id).ToList();
        var sheets = await reader.ReadAsync(scope, ids, cancellationToken);
        return new([.. sheets.OrderBy(sheet => ids.IndexOf(sheet.Session.Id)).Select(SessionTotals.Of)], page, pages, total);
    }

    public async IAsyncEnumerable<SessionTotals> TotalsAsync(ReportScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var sheet in reader.SheetsAsync(scope, cancellationToken))
        {
            yield return SessionTotals.Of(sheet);
        }
    }

    /// <summary>Counts the marks of each person. Only the counts are kept while the sessions pass by.</summary>
    public async Task<IReadOnlyList<PersonTotals>> PeopleAsync(ReportScope scope, ReportOrder order, CancellationToken cancellationToken)
    {
        var people = new Dictionary<Guid, PersonTotals>();
        await foreach (var sheet in reader.SheetsAsync(scope, cancellationToken))
        {
            foreach (var row in sheet.Rows)
            {
                var known = people.GetValueOrDefault(row.PersonId) ?? new(row.PersonId, row.FullName, row.Number, row.SortKey, default);
                people[row.PersonId] = known with { Counts = known.Counts.With(row.Result.Mark) };
            }
        }

        var byName = people.Values.OrderBy(person => person.SortKey, StringComparer.Ordinal).ThenBy(person => person.PersonId);
        return [.. order == ReportOrder.Percentage ? byName.OrderBy(person => person.Counts.Share ?? decimal.MaxValue) : byName];
    }

    /// <summary>Reads one row for each person and session.</summary>
    public async IAsyncEnumerable<(Session Session, SheetRow Row)> MarksAsync(ReportScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var sheet in reader.SheetsAsync(scope, cancellationToken))
        {
            foreach (var row in sheet.Rows)
            {
                yield return (sheet.Session, row);
            }
        }
    }

    public async Task<IReadOnlyList<HistoryRow>> PersonAsync(ReportScope scope, CancellationToken cancellationToken)
    {
        var rows = new List<HistoryRow>();
        await foreach (var (session, row) in MarksAsync(scope, cancellationToken))
        {
            rows.Add(new(session, row.Result));
        }

        return rows;
    }

    public Task<int> CountMarksAsync(ReportScope scope, CancellationToken cancellationToken) => reader.CountExpectedAsync(scope, cancellationToken);
}
