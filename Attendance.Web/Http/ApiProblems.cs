namespace Attendance.Web.Http;

/// <summary>The problem documents that Web itself returns under <c>/api</c>. Their texts repeat nothing of what the client sent but the names of fields.</summary>
internal static class ApiProblems
{
    /// <summary>When it is worth asking again for what is not available now.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static Problem NotFound() => new(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "Nothing exists at this address.");

    public static Problem CrossSite() => new(StatusCodes.Status403Forbidden, ProblemCodes.CrossSite, "Pages of other sites are not allowed to use cameras here.");

    public static Problem SignInRequired() => new(
        StatusCodes.Status403Forbidden, ProblemCodes.SignInRequired,
        "Name the session whose cameras are to be released: releasing those of others needs an administrator.");

    public static Problem SignedOut() => new(StatusCodes.Status401Unauthorized, ProblemCodes.SignInRequired, "Sign in first.");

    public static Problem TokenRequired() => new(
        StatusCodes.Status401Unauthorized, ProblemCodes.TokenRequired, "Send an API token that is valid, as 'Authorization: Bearer att_…'. Administrators make them at /api-tokens.");

    public static Problem ScopeMissing(string scope) => new(StatusCodes.Status403Forbidden, ProblemCodes.ScopeMissing, $"This token lacks the scope {scope}.")
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["scope"] = scope },
    };

    public static Problem CursorExpired() => new(
        StatusCodes.Status410Gone, ProblemCodes.CursorExpired, "This cursor is so old that what was deleted since is not known any more. Read the list anew, from its beginning.");

    /// <param name="reason">Why the pairing of this phone with an operator's page is over.</param>
    public static Problem PairingEnded(string reason) => new(StatusCodes.Status401Unauthorized, ProblemCodes.SignInRequired, "This phone is not paired any more.")
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["reason"] = reason },
    };

    public static Problem NotAllowed() => new(StatusCodes.Status403Forbidden, ProblemCodes.NotAllowed, "This account is not allowed to do that.");

    public static Problem TooMany() => new(
        StatusCodes.Status429TooManyRequests, ProblemCodes.TooMany, "This account or token has reached its limit for this. Close some, or wait.");

    public static Problem TooManySockets() => new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.TooManySockets, "The limit of open WebSockets is reached.")
    {
        RetryAfter = TimeSpan.FromSeconds(10),
    };

    public static Problem NotAPage() => new(StatusCodes.Status403Forbidden, ProblemCodes.NotAPage, "A stream is shown inside a page. It cannot be opened as a page.");

    public static Problem PasswordFirst() => new(StatusCodes.Status403Forbidden, ProblemCodes.PasswordMustBeChanged, "Choose a password of your own first.");

    public static Problem TooLarge(string limit = "64 KiB") => new(
        StatusCodes.Status413PayloadTooLarge, ProblemCodes.BodyTooLarge, $"The body is larger than {limit}.");

    public static Problem UnsupportedMediaType(string expectation) => new(
        StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, expectation);

    public static Problem Invalid(string field, string expectation) => Invalid(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [expectation] });

    public static Problem Invalid(IReadOnlyDictionary<string, string[]> errors) => new(
        StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, string.Join(' ', errors.Select(field => $"{field.Key}: {string.Join(' ', field.Value)}")))
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["errors"] = errors },
    };

    /// <summary>Reports that the request itself cannot be read.</summary>
    public static Problem Unreadable(int status) => new(status, ProblemCodes.InvalidRequest, "The request cannot be read.");

    public static Problem Internal() => new(
        StatusCodes.Status500InternalServerError, ProblemCodes.InternalError, "An internal error occurred. The log has the details.");

    public static Problem DatabaseUnavailable() => new(
        StatusCodes.Status503ServiceUnavailable, ProblemCodes.DatabaseUnavailable, "The database is not available.") { RetryAfter = RetryAfter };

    public static Problem CameraApiUnavailable() => new(
        StatusCodes.Status503ServiceUnavailable, ProblemCodes.CameraApiUnavailable, "The camera service does not answer.") { RetryAfter = RetryAfter };
}
