namespace Attendance.Web.Data;

/// <summary>How often a password was tried in a row, at an account by strangers or from one device.</summary>
internal sealed class SignInCount
{
    public const int KeyLength = 64;

    /// <summary>The id of the account, or of a device that has signed in to it before.</summary>
    public required string Key { get; init; }

    /// <summary>Null where there is no such account: then it is counted all the same, so that it takes as long.</summary>
    public string? AccountId { get; init; }

    public int Attempts { get; init; }

    public DateTime? LockedUntil { get; init; }
}

/// <summary>A browser in which somebody is signed in. Without it, the cookie of the browser is worth nothing.</summary>
internal sealed class SignInSession
{
    public const int IdLength = 32;

    public required string Id { get; init; }

    public required string AccountId { get; init; }

    /// <summary>When the account was last looked at for it, to the hour.</summary>
    public DateTime SeenAt { get; init; }
}
