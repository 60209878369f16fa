using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.ReadApi;

/// <summary>The place of an item in the order of changes. Not positional, because queries go on to filter by its members.</summary>
internal sealed record PageKey
{
    public DateTime At { get; init; }

    public Guid Id { get; init; }
}

/// <summary>The items of one page, in their order.</summary>
internal sealed record KeyPage(IReadOnlyList<PageKey> Keys, bool HasMore, IReadOnlySet<PageKey> Deleted)
{
    public IReadOnlyList<Guid> Ids => [.. Keys.Where(key => !Deleted.Contains(key)).Select(key => key.Id)];
}

/// <summary>Reads lists in the order of changes. Items that are added or changed meanwhile come after the position, so none is skipped and none moves a page.</summary>
internal static class PageKeys
{
    /// <param name="keys">The items that match the filters.</param>
    /// <param name="deleted">The kind of what was deleted, or null for a list of what is never deleted by itself.</param>
    public static async Task<KeyPage> ReadAsync(
        this AttendanceDb db, ListRequest request, IQueryable<PageKey> keys, DeletedKind? deleted, CancellationToken cancellationToken)
    {
        var found = await Page(keys, request).ToListAsync(cancellationToken);
        var gone = deleted is { } kind && request.Position.HasDeleted
            ? await Page(db.Deletions.Where(each => each.Kind == kind).Select(each => new PageKey { At = each.At, Id = each.Id }), request).ToListAsync(cancellationToken)
            : [];
        var all = found.Concat(gone).OrderBy(key => key.At).ThenBy(key => key.Id).ToList();
        return new([.. all.Take(request.Limit)], all.Count > request.Limit, gone.ToHashSet());
    }

    private static IQueryable<PageKey> Page(IQueryable<PageKey> keys, ListRequest request)
    {
        if (request.Position.Since is { } since)
        {
            keys = keys.Where(key => key.At >= since);
        }

        if (request.Position is { AfterAt: { } at, AfterId: { } id })
        {
            keys = keys.Where(key => key.At > at || (key.At == at && key.Id > id));
        }

        return keys.OrderBy(key => key.At).ThenBy(key => key.Id).Take(request.Limit + 1);
    }
}
