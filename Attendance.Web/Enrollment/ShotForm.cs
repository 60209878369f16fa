using Attendance.Web.Data;
using Attendance.Web.Http;

namespace Attendance.Web.Enrollment;

/// <summary>A picture as a page sends it, with the fields that describe it.</summary>
internal sealed record ShotForm(Pose Pose, string CameraId, string LeaseId, long FencingToken, bool Manual, ReadOnlyMemory<byte> Jpeg)
{
    public const int LargestPicture = 4 * 1024 * 1024;

    /// <summary>The largest request body, in bytes: the picture and the fields around it.</summary>
    public const int LargestBody = LargestPicture + (64 * 1024);

    /// <returns>The form or the problem. Exactly one of them is null.</returns>
    /// <exception cref="RequestException">The lease is not one. The exception names every field that is wrong.</exception>
    public static async Task<(ShotForm? Form, Problem? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (form, problem) = await PictureForm.ReadAsync(
            request, LargestBody, LargestBodyInWords, "pose, camera_id, lease_id, fencing_token, manual and picture", cancellationToken);
        return form is null ? (null, problem) : await UnderstandAsync(form, cancellationToken);
    }

    private const string LargestBodyInWords = "4 MiB";

    private static async Task<(ShotForm?, Problem?)> UnderstandAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        if (!Poses.TryParse(form["pose"], out var pose))
        {
            return (null, ApiProblems.Invalid("pose", $"must be one of {string.Join(", ", Poses.All.Select(each => each.Code()))}."));
        }

        var (leaseId, cameraId, fencingToken) = PictureForm.ClaimOf(form).Validate();
        if (form["manual"].ToString() is not ("true" or "false") and not "")
        {
            return (null, ApiProblems.Invalid("manual", "must be true or false."));
        }

        if (form.Files.GetFile("picture") is not { Length: > 0 } picture)
        {
            return (null, ApiProblems.Invalid("picture", "must be a JPEG."));
        }

        if (picture.Length > LargestPicture)
        {
            return (null, ApiProblems.TooLarge(LargestBodyInWords));
        }

        if (picture.ContentType != "image/jpeg")
        {
            return (null, ApiProblems.UnsupportedMediaType("picture: send image/jpeg."));
        }

        var jpeg = await PictureForm.BytesOfAsync(picture, cancellationToken);
        return (new ShotForm(pose, cameraId, leaseId, fencingToken, form["manual"] == "true", jpeg), null);
    }
}
