using Microsoft.AspNetCore.Http.HttpResults;

namespace Attendance.Web.Forwarding;

/// <summary>What Web itself answers under <c>/api</c> when it does not forward. No text here repeats what was sent.</summary>
internal static class ApiProblems
{
    public static ProblemHttpResult NotFound() => Problem(
        StatusCodes.Status404NotFound, "not_found", "There is nothing at this address.");

    public static ProblemHttpResult CrossSite() => Problem(
        StatusCodes.Status403Forbidden, "cross_site", "Pages of other sites may not use cameras here.");

    public static ProblemHttpResult SignInRequired() => Problem(
        StatusCodes.Status403Forbidden, "sign_in_required",
        "Name the session whose cameras are to be released: releasing those of others needs an administrator.");

    public static ProblemHttpResult TooLarge() => Problem(
        StatusCodes.Status413PayloadTooLarge, "body_too_large", "The body is larger than 64 KiB.");

    public static ProblemHttpResult UnsupportedMediaType() => Problem(
        StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send application/json or text/plain.");

    public static ProblemHttpResult Invalid(string field, string expectation) => Problem(
        StatusCodes.Status400BadRequest, "invalid_request", $"{field}: {expectation}",
        new KeyValuePair<string, object?>("errors", new Dictionary<string, string[]> { [field] = [expectation] }));

    public static ProblemHttpResult CameraApiUnavailable() => Problem(
        StatusCodes.Status503ServiceUnavailable, "camera_api_unavailable", "The camera service does not answer.");

    private static ProblemHttpResult Problem(
        int status, string code, string title, params KeyValuePair<string, object?>[] extensions) =>
        TypedResults.Problem(
            title: title,
            type: $"/problems/{code.Replace('_', '-')}",
            statusCode: status,
            extensions: [new("code", code), .. extensions]);
}
