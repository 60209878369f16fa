using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Accounts.OpenId;

/// <summary>Why a sign-in at the provider led to nothing. The codes are in addresses of pages, which say the words.</summary>
internal static class OpenIdProblem
{
    public const string Away = "provider_away", Failed = "failed", Misconfigured = "misconfigured", Cancelled = "cancelled", NoRole = "no_role", LinkedElsewhere = "linked_elsewhere",
        AlreadyLinked = "already_linked", SignedInAgain = "signed_in_again";

    /// <returns>Words for a code of an address, or null if it is none.</returns>
    public static string? WordsOf(string? code, OpenIdOptions options) => !options.IsOn ? null : code switch
    {
        Away => options.OnlyWay ? T("{0} does not answer now. Try again in a minute.", options.Name) : T("{0} does not answer now. Try again in a minute, or sign in with a password.", options.Name),
        Failed => T("The sign-in at {0} did not come to an end here. Try again. If it goes on, tell an administrator: the log of Attendance has the reason.", options.Name),
        Misconfigured => T("{0} refused the request of Attendance. Tell an administrator: the log of Attendance has the reason.", options.Name),
        Cancelled => T("The sign-in at {0} was cancelled.", options.Name),
        NoRole => T("You are signed in at {0}, but have no role there for Attendance. Ask whoever looks after your account there.", options.Name),
        LinkedElsewhere => T("Your account at {0} belongs to another account here already. Sign in with it, or ask an administrator.", options.Name),
        AlreadyLinked => T("This account is linked to an account at {0} already. Unlink that first.", options.Name),
        SignedInAgain => T("You were signed out or signed in anew meanwhile, so nothing was linked. Try again."),
        _ => null,
    };
}
