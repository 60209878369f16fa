namespace Attendance.Web.Data;

/// <summary>Counts the password attempts in a row on an account, either by strangers or from one device.</summary>
internal sealed class SignInCount
{
    public const int KeyLength = 64;

    /// <summary>The id of the account, or of a device that has signed in to it before. Unknown user names share a few keys.</summary>
    public required string Key { get; init; }

    /// <summary>The account's id, or null if there is no such account. Such attempts are counted too, so that they take equally long.</summary>
    public string? AccountId { get; init; }

    public int Attempts { get; init; }

    public DateTime? LockedUntil { get; init; }

    /// <summary>When a password was last tried; null for counts of versions that did not store it.</summary>
    public DateTime? TriedAt { get; init; }
}

/// <summary>A token by which the OpenID Connect provider has ended sessions. It is remembered until it expires, so that a copy of it ends none.</summary>
internal sealed class SpentLogoutToken
{
    public const int KeyLength = 64;

    /// <summary>A hash of the provider and the id of the token.</summary>
    public required string Key { get; init; }

    /// <summary>When the token expires.</summary>
    public DateTime Until { get; init; }
}

/// <summary>How somebody has signed in.</summary>
internal enum SignInWay
{
    Password,

    Passkey,

    /// <summary>At the provider of the school or firm, by OpenID Connect.</summary>
    OpenIdConnect,
}

/// <summary>A session: a browser in which somebody is signed in. Without this row, the browser's cookie is not valid.</summary>
internal sealed class SignInSession
{
    public const int IdLength = 32, DeviceLength = 48, ProviderSessionLength = 64;

    public required string Id { get; init; }

    public required string AccountId { get; init; }

    /// <summary>When somebody signed in, accurate to the hour; null for sessions of versions that did not store it.</summary>
    public DateTime? BeganAt { get; init; }

    /// <summary>When the session was last checked, accurate to the hour.</summary>
    public DateTime SeenAt { get; init; }

    /// <summary>What browser it is in, in words, such as <c>Firefox on Windows</c>.</summary>
    public string? Device { get; init; }

    public SignInWay Way { get; init; }

    /// <summary>When the session ends although it is used; null if it does not.</summary>
    public DateTime? EndsAt { get; init; }

    /// <summary>A hash of the session at the provider, by which the provider ends this one; null if it has none.</summary>
    public string? ProviderSession { get; init; }
}
