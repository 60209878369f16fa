using Microsoft.AspNetCore.Identity;

namespace Attendance.Web.Data;

internal enum AccountRole
{
    /// <summary>Enrolls people and uses cameras.</summary>
    Operator,

    /// <summary>Also looks after the accounts, and after who holds which camera.</summary>
    Admin,
}

/// <summary>Somebody who may sign in. Not somebody who is enrolled.</summary>
internal sealed class Account : IdentityUser
{
    public AccountRole Role { get; set; }

    /// <summary>Somebody else knows the password: until its owner has chosen another, nothing else can be done with it.</summary>
    public bool MustChangePassword { get; set; }

    public DateTime CreatedAt { get; init; }
}
