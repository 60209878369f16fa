using Attendance.Web.Accounts;
using Attendance.Web.Data;

namespace Attendance.Web.Rights;

/// <summary>Those to whom a rule gives a right: roles and teams.</summary>
internal sealed record Grant(IReadOnlyList<AccountRole> Roles, IReadOnlyList<string> Teams)
{
    public const string Rule = "must be 'admin', 'operator', or 'team:' and the name of a team";

    private const string TeamPrefix = "team:";

    /// <summary>What holds where no rule names the right: every account may.</summary>
    public static readonly Grant Everybody = new([AccountRole.Operator, AccountRole.Admin], []);

    /// <summary>Reads what a person has typed, separated by commas or spaces.</summary>
    /// <param name="grant">The grant, or null if nothing is named.</param>
    /// <returns><see langword="false"/> if something of it cannot be understood.</returns>
    public static bool TryRead(string? text, out Grant? grant)
    {
        var names = TeamNames.Split(text);
        var isValid = names.All(IsValid);
        grant = isValid && names.Count > 0 ? Of(names) : null;
        return isValid;
    }

    public static bool IsValid(string? name) => RoleOf(name) is not null || (name?.StartsWith(TeamPrefix, StringComparison.Ordinal) == true && TeamNames.IsValid(name[TeamPrefix.Length..]));

    /// <param name="names">Names that are <see cref="IsValid">valid</see>.</param>
    public static Grant Of(IReadOnlyList<string> names) => new(
        [.. names.Select(RoleOf).OfType<AccountRole>().Order()],
        [.. names.Where(name => RoleOf(name) is null).Select(name => name[TeamPrefix.Length..]).Order(StringComparer.Ordinal)]);

    public bool Includes(AccountRole role, IReadOnlyList<string> teams) => Roles.Contains(role) || Teams.Any(teams.Contains);

    /// <summary>Returns the grant as it is stored and shown.</summary>
    public override string ToString() => string.Join(", ", [.. Roles.Select(role => role.ToString().ToLowerInvariant()), .. Teams.Select(team => TeamPrefix + team)]);

    private static AccountRole? RoleOf(string? name) => name switch
    {
        "admin" => AccountRole.Admin,
        "operator" => AccountRole.Operator,
        _ => null,
    };
}
