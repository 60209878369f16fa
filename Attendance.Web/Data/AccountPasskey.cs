using Microsoft.AspNetCore.Identity;

namespace Attendance.Web.Data;

/// <summary>A passkey of an account: the public half of a key, whose private half never leaves its owner's device.</summary>
internal sealed class AccountPasskey : IdentityUserPasskey<string>
{
    /// <summary>The longest id of a key that WebAuthn allows, in bytes, and the longest name that its owner gives it.</summary>
    public const int IdLength = 1023, NameLength = 40;

    /// <summary>When somebody last signed in with it, accurate to the hour.</summary>
    public DateTime? UsedAt { get; set; }
}
