using Attendance.Web.Faces.Finding;
using Attendance.Web.Http;

namespace Attendance.Web.Enrollment;

/// <summary>The reasons why a picture was not stored or cannot be shown. A refused picture leaves nothing on the server.</summary>
internal static class EnrollmentProblems
{
    public static Problem UnknownPerson() => new(
        StatusCodes.Status404NotFound, ProblemCodes.UnknownPerson, "This person does not exist, or no longer does.");

    public static Problem ConsentMissing() => new(
        StatusCodes.Status403Forbidden, ProblemCodes.ConsentMissing, "No picture is stored without the person's consent.");

    public static Problem LeaseEnded(string? reason) => new(
        StatusCodes.Status410Gone, ProblemCodes.LeaseEnded, "The lease has ended: borrow the camera again and take the picture again.")
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["reason"] = reason },
    };

    public static Problem StaleToken() => new(
        StatusCodes.Status409Conflict, ProblemCodes.StaleToken, "Another session has held the camera since.");

    public static Problem NoPicture(PictureFault fault) => ApiProblems.Invalid("picture", fault switch
    {
        PictureFault.NotJpeg => "must be a JPEG.",
        PictureFault.TooLarge => $"may have at most {JpegStructure.MaxSide} pixels either way.",
        PictureFault.Truncated => "ends before its end.",
        _ => "is damaged: it cannot be decoded.",
    });

    public static Problem Unreadable() => new(
        StatusCodes.Status500InternalServerError, ProblemCodes.PictureUnreadable, "This picture can no longer be decrypted.");

    public static Problem NotGood(IEnumerable<string> reasons) => new(
        StatusCodes.Status422UnprocessableEntity, ProblemCodes.ShotNotGood, "The picture is not good enough.")
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["reasons"] = reasons.ToArray() },
    };

    public static Problem FaceCheckUnavailable() => new(
        StatusCodes.Status503ServiceUnavailable, ProblemCodes.FaceCheckUnavailable, "Pictures cannot be checked at the moment, so none is stored.")
    {
        RetryAfter = ApiProblems.RetryAfter,
    };
}
