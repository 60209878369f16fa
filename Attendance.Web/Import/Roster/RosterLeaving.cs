using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Import.Roster;

/// <summary>A membership that would end, because the file is a whole roster and the person is not in it.</summary>
internal sealed record LeavingMember(Guid PersonId, string FullName, string Number, Guid GroupId, string Group)
{
    public ImportEntry ToEntry(int position) => new(
        position, ImportVerdict.Leaving, PersonId,
        new ImportContent(FullName) { Number = Number, Changes = [new("Member of", Group, null)] }.With(new LeavingKeys(PersonId, GroupId)));
}

internal sealed record LeavingKeys(Guid PersonId, Guid GroupId);

/// <summary>Finds who is missing from a whole roster. Whoever is in the file with an error is not missing.</summary>
internal sealed class RosterLeaving
{
    private readonly HashSet<(Guid Person, Guid Group)> _named = [];
    private readonly HashSet<Guid> _groups = [], _refused = [];

    public void Add(RosterRow row, bool isRefused, RosterBook book)
    {
        var person = book.Find(row.Key);
        if (isRefused && person is not null)
        {
            _refused.Add(person.Id);
        }

        foreach (var group in row.Groups.Select(book.FindGroup).OfType<Group>())
        {
            _groups.Add(group.Id);
            if (person is not null)
            {
                _named.Add((person.Id, group.Id));
            }
        }
    }

    /// <param name="only">The group whose roster the file is, or null if it is that of all groups that it names.</param>
    public async Task<IReadOnlyList<LeavingMember>> FindAsync(AttendanceDb db, Guid? only, CancellationToken cancellationToken)
    {
        var ids = only is { } id ? [id] : _groups.ToArray();
        var members = await (
            from membership in db.Memberships
            where ids.Contains(membership.GroupId) && membership.Until == null
            join person in db.People on membership.PersonId equals person.Id
            join one in db.Groups on membership.GroupId equals one.Id
            orderby one.NameKey, person.SortKey, person.Id
            select new LeavingMember(person.Id, person.FullName, person.Number, one.Id, one.Name)).ToListAsync(cancellationToken);
        return [.. members.Where(member => !_refused.Contains(member.PersonId) && !_named.Contains((member.PersonId, member.GroupId)))];
    }

    public static async Task<IReadOnlyList<AppliedEntry>> ApplyAsync(
        AttendanceDb db, GroupStore groups, string accountId, IReadOnlyList<ImportEntry> entries, CancellationToken cancellationToken)
    {
        var keys = entries.Select(entry => entry.Content.Read<LeavingKeys>()).ToList();
        var (people, ids) = (keys.Select(key => key.PersonId).Distinct().ToArray(), keys.Select(key => key.GroupId).Distinct().ToArray());
        var lasting = await db.Memberships.Where(each => each.Until == null && people.Contains(each.PersonId) && ids.Contains(each.GroupId))
            .ToDictionaryAsync(each => new LeavingKeys(each.PersonId, each.GroupId), cancellationToken);
        var results = new List<AppliedEntry>();
        foreach (var (entry, key) in entries.Zip(keys))
        {
            var isThere = lasting.TryGetValue(key, out var membership);
            if (isThere)
            {
                groups.Leave(membership!, accountId);
            }

            results.Add(new(entry, isThere ? ImportVerdict.Leaving : ImportVerdict.Unchanged)); // the membership has ended meanwhile
        }

        return results;
    }
}
