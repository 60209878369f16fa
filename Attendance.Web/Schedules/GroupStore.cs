using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Schedules;

internal enum GroupOutcome
{
    Saved,

    /// <summary>Another group has this name.</summary>
    NameTaken,

    /// <summary>Sessions or schedules use the group, so it cannot be deleted.</summary>
    InUse,

    /// <summary>The group does not exist, or not any more.</summary>
    Unknown,
}

internal sealed record GroupRow(Guid Id, string Name, int Members);

internal sealed record MemberRow(Guid PersonId, string FullName, string Number);

/// <summary>Stores groups and who is in them.</summary>
internal sealed class GroupStore(AttendanceDb db, AuditLog audit, TimeProvider clock)
{
    private const int MostFound = 20;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public Task<List<GroupRow>> ListAsync(CancellationToken cancellationToken) =>
        db.Groups.OrderBy(group => group.NameKey)
            .Select(group => new GroupRow(group.Id, group.Name, group.Memberships.Count(each => each.Until == null)))
            .ToListAsync(cancellationToken);

    public Task<Group?> FindAsync(Guid id, CancellationToken cancellationToken) => db.Groups.SingleOrDefaultAsync(group => group.Id == id, cancellationToken);

    public Task<List<MemberRow>> MembersAsync(Guid id, CancellationToken cancellationToken) => (
        from membership in db.Memberships
        where membership.GroupId == id && membership.Until == null
        join person in db.People on membership.PersonId equals person.Id
        orderby person.SortKey, person.Id
        select new MemberRow(person.Id, person.FullName, person.Number)).ToListAsync(cancellationToken);

    /// <summary>Finds people who are not in the group now. Every word must occur in the name, the number or the group text.</summary>
    public Task<List<MemberRow>> FindOthersAsync(Guid id, string words, CancellationToken cancellationToken)
    {
        IQueryable<Person> found = db.People;
        foreach (var word in Writing.Fold(words).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            found = found.Where(person => person.SortKey.Contains(word));
        }

        return found.Where(person => !db.Memberships.Any(each => each.GroupId == id && each.PersonId == person.Id && each.Until == null))
            .OrderBy(person => person.SortKey).ThenBy(person => person.Id).Take(MostFound)
            .Select(person => new MemberRow(person.Id, person.FullName, person.Number)).ToListAsync(cancellationToken);
    }

    /// <param name="name">A name that <see cref="Writing.Tidy"/> has cleaned.</param>
    public async Task<(GroupOutcome Outcome, Group? Group)> AddAsync(string name, string accountId, CancellationToken cancellationToken)
    {
        var group = new Group { CreatedAt = Now };
        group.Rename(name);
        if (await IsTakenAsync(group, cancellationToken))
        {
            return (GroupOutcome.NameTaken, null);
        }

        db.Groups.Add(group);
        audit.Add(accountId, new("group.added", group.Id));
        return await SaveAsync(cancellationToken) is var outcome && outcome == GroupOutcome.Saved ? (outcome, group) : (outcome, null);
    }

    public async Task<GroupOutcome> RenameAsync(Guid id, string name, string accountId, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } group)
        {
            return GroupOutcome.Unknown;
        }

        group.Rename(name);
        if (await IsTakenAsync(group, cancellationToken))
        {
            return GroupOutcome.NameTaken;
        }

        audit.Add(accountId, new("group.renamed", id));
        return await SaveAsync(cancellationToken);
    }

    /// <summary>Deletes a group that no schedule and no session uses. Others are kept, because past sessions expected their members.</summary>
    public async Task<GroupOutcome> DeleteAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        if (await db.SessionGroups.AnyAsync(link => link.GroupId == id, cancellationToken)
            || await db.Set<ScheduleGroup>().AnyAsync(link => link.GroupId == id, cancellationToken))
        {
            return GroupOutcome.InUse;
        }

        if (await FindAsync(id, cancellationToken) is { } group)
        {
            db.Groups.Remove(group);
            audit.Add(accountId, new("group.deleted", id));
            await db.SaveChangesAsync(cancellationToken);
        }

        return GroupOutcome.Saved;
    }

    /// <summary>Adds a person from now on. It is safe to repeat.</summary>
    /// <returns><see langword="false"/> if there is no such group or person.</returns>
    public async Task<bool> AddMemberAsync(Guid id, Guid personId, string accountId, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is null || !await db.People.AnyAsync(person => person.Id == personId, cancellationToken))
        {
            return false;
        }

        if (!await db.Memberships.AnyAsync(each => each.GroupId == id && each.PersonId == personId && each.Until == null, cancellationToken))
        {
            Join(id, personId, accountId);
            await SaveAsync(cancellationToken); // a duplicate is what was wanted
        }

        return true;
    }

    /// <summary>Ends a person's membership now. It is safe to repeat.</summary>
    public async Task RemoveMemberAsync(Guid id, Guid personId, string accountId, CancellationToken cancellationToken)
    {
        if (await db.Memberships.SingleOrDefaultAsync(each => each.GroupId == id && each.PersonId == personId && each.Until == null, cancellationToken) is { } membership)
        {
            Leave(membership, accountId);
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    /// <summary>Adds a person from now on to the unit of work.</summary>
    public void Join(Guid id, Guid personId, string accountId)
    {
        db.Memberships.Add(new Membership { GroupId = id, PersonId = personId, From = Now });
        audit.Add(accountId, new("group.member_added", id, personId));
    }

    /// <summary>Ends a membership now in the unit of work.</summary>
    public void Leave(Membership membership, string accountId)
    {
        membership.Until = Now;
        audit.Add(accountId, new("group.member_removed", membership.GroupId, membership.PersonId));
    }

    private Task<bool> IsTakenAsync(Group group, CancellationToken cancellationToken) =>
        db.Groups.AnyAsync(other => other.NameKey == group.NameKey && other.Id != group.Id, cancellationToken);

    private async Task<GroupOutcome> SaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return GroupOutcome.Saved;
        }
        catch (DbUpdateConcurrencyException)
        {
            return GroupOutcome.Unknown;
        }
        catch (DbUpdateException exception) when (db.IsDuplicate(exception))
        {
            return GroupOutcome.NameTaken; // another request was faster
        }
    }
}
