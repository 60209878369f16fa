namespace Attendance.Web.Accounts.OpenId;

/// <summary>Why a sign-in at the provider led to nothing. The codes are in addresses of pages, which say the words.</summary>
internal static class OpenIdProblem
{
    public const string Away = "provider_away", Failed = "failed", Misconfigured = "misconfigured", Cancelled = "cancelled", NoRole = "no_role", LinkedElsewhere = "linked_elsewhere",
        AlreadyLinked = "already_linked", SignedInAgain = "signed_in_again";

    /// <returns>Words for a code of an address, or null if it is none.</returns>
    public static string? WordsOf(string? code, OpenIdOptions options) => !options.IsOn ? null : code switch
    {
        Away => $"{options.Name} does not answer now. Try again in a minute{(options.OnlyWay ? "." : ", or sign in with a password.")}",
        Failed => $"The sign-in at {options.Name} did not come to an end here. Try again. If it goes on, tell an administrator: the log of Attendance has the reason.",
        Misconfigured => $"{options.Name} refused the request of Attendance. Tell an administrator: the log of Attendance has the reason.",
        Cancelled => $"The sign-in at {options.Name} was cancelled.",
        NoRole => $"You are signed in at {options.Name}, but have no role there for Attendance. Ask whoever looks after your account there.",
        LinkedElsewhere => $"Your account at {options.Name} belongs to another account here already. Sign in with it, or ask an administrator.",
        AlreadyLinked => $"This account is linked to an account at {options.Name} already. Unlink that first.",
        SignedInAgain => "You were signed out or signed in anew meanwhile, so nothing was linked. Try again.",
        _ => null,
    };
}
