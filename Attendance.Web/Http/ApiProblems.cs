using Microsoft.AspNetCore.Http.HttpResults;

namespace Attendance.Web.Http;

/// <summary>The problem documents that Web itself returns under <c>/api</c>. Their texts never repeat what the client sent.</summary>
internal static class ApiProblems
{
    public const string RetryAfterSeconds = "2";

    public static ProblemHttpResult NotFound() => Problem(
        StatusCodes.Status404NotFound, "not_found", "There is nothing at this address.");

    public static ProblemHttpResult CrossSite() => Problem(
        StatusCodes.Status403Forbidden, "cross_site", "Pages of other sites may not use cameras here.");

    public static ProblemHttpResult SignInRequired() => Problem(
        StatusCodes.Status403Forbidden, "sign_in_required",
        "Name the session whose cameras are to be released: releasing those of others needs an administrator.");

    public static ProblemHttpResult SignedOut() => Problem(
        StatusCodes.Status401Unauthorized, "sign_in_required", "Sign in first.");

    public static ProblemHttpResult NotAllowed() => Problem(
        StatusCodes.Status403Forbidden, "not_allowed", "This account may not do that.");

    public static ProblemHttpResult TooMany() => Problem(
        StatusCodes.Status429TooManyRequests, "too_many", "This account has as many of these as it may have. Close some, or wait.");

    public static ProblemHttpResult TooManySockets(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "10";
        return Problem(StatusCodes.Status503ServiceUnavailable, "too_many_sockets", "The limit of open WebSockets is reached.");
    }

    public static ProblemHttpResult NotAPage() => Problem(
        StatusCodes.Status403Forbidden, "not_a_page", "A stream is shown by a page. It cannot be opened as one.");

    public static ProblemHttpResult PasswordFirst() => Problem(
        StatusCodes.Status403Forbidden, "password_must_be_changed", "Choose a password of your own first.");

    public static ProblemHttpResult TooLarge(string limit = "64 KiB") => Problem(
        StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The body is larger than {limit}.");

    public static ProblemHttpResult UnsupportedMediaType(string expectation = "Send application/json or text/plain.") => Problem(
        StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", expectation);

    public static ProblemHttpResult Invalid(string field, string expectation) => Problem(
        StatusCodes.Status400BadRequest, "invalid_request", $"{field}: {expectation}",
        new KeyValuePair<string, object?>("errors", new Dictionary<string, string[]> { [field] = [expectation] }));

    /// <summary>Reports that the request itself cannot be read.</summary>
    public static ProblemHttpResult Unreadable(int status) => Problem(status, "invalid_request", "The request cannot be read.");

    public static ProblemHttpResult Internal() => Problem(
        StatusCodes.Status500InternalServerError, "internal_error", "Something went wrong here; the log has the details.");

    /// <summary>Reports that the database cannot be used, and sets when to retry.</summary>
    public static ProblemHttpResult DatabaseUnavailable(HttpContext context) => Later(context, Problem(
        StatusCodes.Status503ServiceUnavailable, "database_unavailable", "The database cannot be used now."));

    /// <summary>Reports that camera-api does not answer, and sets when to retry.</summary>
    public static ProblemHttpResult CameraApiUnavailable(HttpContext context) => Later(context, Problem(
        StatusCodes.Status503ServiceUnavailable, "camera_api_unavailable", "The camera service does not answer."));

    /// <summary>Adds a Retry-After header of a few seconds.</summary>
    public static ProblemHttpResult Later(HttpContext context, ProblemHttpResult problem)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return problem;
    }

    public static ProblemHttpResult Problem(
        int status, string code, string title, params KeyValuePair<string, object?>[] extensions) =>
        TypedResults.Problem(
            title: title,
            type: $"/problems/{code.Replace('_', '-')}",
            statusCode: status,
            extensions: [new("code", code), .. extensions]);
}
