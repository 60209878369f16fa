using Microsoft.AspNetCore.Identity;

namespace Attendance.Web.Data;

internal enum AccountRole
{
    /// <summary>Enrolls people and uses cameras.</summary>
    Operator,

    /// <summary>Also manages the accounts, and who holds which camera.</summary>
    Admin,
}

/// <summary>A user who may sign in. People who are enrolled have no account.</summary>
internal sealed class Account : IdentityUser
{
    public AccountRole Role { get; set; }

    /// <summary>Whether somebody else knows the password. Until its owner has chosen another one, the account can do nothing else.</summary>
    public bool MustChangePassword { get; set; }

    public DateTime CreatedAt { get; init; }
}
