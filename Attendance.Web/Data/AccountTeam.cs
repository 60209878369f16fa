namespace Attendance.Web.Data;

/// <summary>
/// An account's place in a team. Teams are of those who sign in, and decide which cameras they may use. People who check in are in a <see cref="Group"/>.
/// A team exists as long as an account or a rule names it.
/// </summary>
internal sealed class AccountTeam
{
    public const int NameLength = 32;

    public required string AccountId { get; init; }

    public required string Team { get; init; }
}
