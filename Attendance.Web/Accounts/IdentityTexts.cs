using Microsoft.AspNetCore.Identity;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Accounts;

/// <summary>What the framework says about user names and passwords, in the language of the request. The codes stay the framework's.</summary>
internal sealed class IdentityTexts : IdentityErrorDescriber
{
    public override IdentityError DefaultError() => With(base.DefaultError(), T("That did not work. Please try again."));

    public override IdentityError ConcurrencyFailure() => With(base.ConcurrencyFailure(), T("Somebody else has just changed this account. Please try again."));

    public override IdentityError DuplicateUserName(string userName) => With(base.DuplicateUserName(userName), T("Username '{0}' is already taken.", userName));

    public override IdentityError InvalidUserName(string? userName) =>
        With(base.InvalidUserName(userName), T("Username '{0}' is invalid, can only contain letters or digits.", userName));

    public override IdentityError PasswordMismatch() => With(base.PasswordMismatch(), T("This is not the password that you have now."));

    public override IdentityError PasswordTooShort(int length) => With(base.PasswordTooShort(length), T("Passwords must be at least {0} characters.", length));

    public override IdentityError PasswordRequiresUniqueChars(int uniqueChars) =>
        With(base.PasswordRequiresUniqueChars(uniqueChars), T("Passwords must use at least {0} different characters.", uniqueChars));

    private static IdentityError With(IdentityError error, string description)
    {
        error.Description = description;
        return error;
    }
}
