using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Import.Roster;

/// <summary>Everything that the database has about the numbers and groups of some rows, read with a few queries.</summary>
internal sealed class RosterBook
{
    private readonly Dictionary<string, Person> _people;
    private readonly Dictionary<string, Group> _groups;
    private readonly HashSet<(Guid Person, Guid Group)> _members;

    private RosterBook(Dictionary<string, Person> people, Dictionary<string, Group> groups, HashSet<(Guid, Guid)> members) =>
        (_people, _groups, _members) = (people, groups, members);

    public static async Task<RosterBook> ReadAsync(AttendanceDb db, IReadOnlyList<RosterRow> rows, CancellationToken cancellationToken)
    {
        var keys = rows.Select(row => row.Key).OfType<string>().SelectMany(key => new[] { key, Writing.LookOf(key) }).Distinct(StringComparer.Ordinal).ToArray();
        var people = await db.People.Where(person => keys.Contains(person.NumberKey)).ToDictionaryAsync(person => person.NumberKey, StringComparer.Ordinal, cancellationToken);
        var names = rows.SelectMany(row => row.Groups).Select(Writing.Fold).Distinct(StringComparer.Ordinal).ToArray();
        var groups = await db.Groups.AsNoTracking().Where(group => names.Contains(group.NameKey)).ToDictionaryAsync(group => group.NameKey, StringComparer.Ordinal, cancellationToken);
        var (personIds, groupIds) = (people.Values.Select(person => person.Id).ToArray(), groups.Values.Select(group => group.Id).ToArray());
        var members = await db.Memberships.AsNoTracking()
            .Where(each => each.Until == null && personIds.Contains(each.PersonId) && groupIds.Contains(each.GroupId))
            .Select(each => new { each.PersonId, each.GroupId }).ToListAsync(cancellationToken);
        return new(people, groups, [.. members.Select(each => (each.PersonId, each.GroupId))]);
    }

    public Person? Find(string? key) => key is null ? null : _people.GetValueOrDefault(key);

    public bool Has(string key) => _people.ContainsKey(key);

    public void Add(Person person) => _people[person.NumberKey] = person;

    public Group? FindGroup(string name) => _groups.GetValueOrDefault(Writing.Fold(name));

    public bool IsMember(Person person, Group group) => _members.Contains((person.Id, group.Id));
}
