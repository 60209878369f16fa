namespace Attendance.Web.Data;

/// <summary>A class, a shift or a team. People are in any number of groups.</summary>
internal sealed class Group
{
    public const int NameLength = 100;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public string Name { get; private set; } = "";

    /// <summary>The unique form of the name, from <see cref="Writing.Fold"/>. Lists are sorted by it.</summary>
    public string NameKey { get; private set; } = "";

    public DateTime CreatedAt { get; init; }

    /// <summary>When the group or who is in it was last changed. <see cref="ChangeTimes"/> sets it.</summary>
    public DateTime ChangedAt { get; private set; }

    /// <summary>A concurrency token that changes with each edit.</summary>
    public Guid Stamp { get; private set; }

    public List<Membership> Memberships { get; } = [];

    /// <param name="name">A name that <see cref="Writing.Tidy"/> has cleaned.</param>
    public void Rename(string name) => (Name, NameKey, Stamp) = (name, Writing.Fold(name), Guid.NewGuid());
}

/// <summary>
/// The time during which a person was in a group. A membership that ended stays, because the sessions of that time expected the person.
/// </summary>
internal sealed class Membership
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid GroupId { get; init; }

    public Guid PersonId { get; init; }

    public DateTime From { get; init; }

    /// <summary>When the membership ended, or null while it lasts. A person has at most one membership in a group that lasts.</summary>
    public DateTime? Until { get; set; }
}
