using Attendance.Web.Enrollment.Quality;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Attendance.Web.Enrollment;

/// <summary>The reasons why a picture was not stored or cannot be shown. A refused picture leaves nothing on the server.</summary>
internal static class EnrollmentProblems
{
    public static ProblemHttpResult UnknownPerson() => ApiProblems.Problem(
        StatusCodes.Status404NotFound, "unknown_person", "There is no such person, or not any more.");

    public static ProblemHttpResult ConsentMissing() => ApiProblems.Problem(
        StatusCodes.Status403Forbidden, "consent_missing", "Without the person's consent no picture is kept.");

    public static ProblemHttpResult LeaseEnded(string? reason) => ApiProblems.Problem(
        StatusCodes.Status410Gone, "lease_ended", "The lease has ended: borrow the camera again and take the picture again.",
        new KeyValuePair<string, object?>("reason", reason));

    public static ProblemHttpResult StaleToken() => ApiProblems.Problem(
        StatusCodes.Status409Conflict, "stale_token", "The camera has had another holder since.");

    public static ProblemHttpResult NoPicture(PictureFault fault) => ApiProblems.Invalid("picture", fault switch
    {
        PictureFault.NotJpeg => "must be a JPEG.",
        PictureFault.TooLarge => $"may have at most {JpegStructure.MaxSide} pixels either way.",
        PictureFault.Truncated => "ends before its end.",
        _ => "is damaged: it cannot be decoded.",
    });

    public static ProblemHttpResult Unreadable() => ApiProblems.Problem(
        StatusCodes.Status500InternalServerError, "picture_unreadable", "This picture cannot be decrypted any more.");

    public static ProblemHttpResult NotGood(IEnumerable<string> reasons) => ApiProblems.Problem(
        StatusCodes.Status422UnprocessableEntity, "shot_not_good", "The picture is not good enough.",
        new KeyValuePair<string, object?>("reasons", reasons.ToArray()));

    public static ProblemHttpResult FaceCheckUnavailable() => ApiProblems.Problem(
        StatusCodes.Status503ServiceUnavailable, "face_check_unavailable", "Pictures cannot be checked here just now, so none is stored.");
}
