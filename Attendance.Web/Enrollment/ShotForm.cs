using System.Globalization;
using System.Text.RegularExpressions;
using Attendance.Web.Data;
using Attendance.Web.Enrollment.Quality;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Attendance.Web.Enrollment;

/// <summary>A picture as a page sends it, with the fields that describe it.</summary>
internal sealed partial record ShotForm(Pose Pose, LeaseClaim Claim, bool Manual, ReadOnlyMemory<byte> Jpeg)
{
    public const int LargestPicture = 4 * 1024 * 1024;

    /// <summary>The largest request body, in bytes: the picture and the fields around it.</summary>
    public const int LargestBody = LargestPicture + (64 * 1024);

    /// <returns>The form or the problem. Exactly one of them is null.</returns>
    public static async Task<(ShotForm? Form, ProblemHttpResult? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            return (null, ApiProblems.UnsupportedMediaType("Send multipart/form-data."));
        }

        if (request.ContentLength > LargestBody)
        {
            return (null, ApiProblems.TooLarge(LargestBodyInWords));
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(cancellationToken);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, ApiProblems.TooLarge(LargestBodyInWords));
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
        {
            return (null, ApiProblems.Invalid("body", "must be multipart/form-data with the fields pose, camera_id, lease_id, fencing_token, manual and picture."));
        }
        catch (Exception exception) when (exception is BadHttpRequestException or IOException)
        {
            return (null, ApiProblems.Invalid("body", "ended before it was complete."));
        }

        return await UnderstandAsync(form, cancellationToken);
    }

    private const string LargestBodyInWords = "4 MiB";

    private static async Task<(ShotForm?, ProblemHttpResult?)> UnderstandAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        if (!Poses.TryParse(form["pose"], out var pose))
        {
            return (null, ApiProblems.Invalid("pose", $"must be one of {string.Join(", ", Poses.All.Select(each => each.Code()))}."));
        }

        if (form["camera_id"].ToString() is not { } camera || !CameraShape().IsMatch(camera))
        {
            return (null, ApiProblems.Invalid("camera_id", "must be the id of a camera."));
        }

        if (form["lease_id"].ToString() is not { } lease || !LeaseShape().IsMatch(lease))
        {
            return (null, ApiProblems.Invalid("lease_id", "must be the id of a lease."));
        }

        if (!long.TryParse(form["fencing_token"], NumberStyles.None, CultureInfo.InvariantCulture, out var token))
        {
            return (null, ApiProblems.Invalid("fencing_token", "must be a whole number."));
        }

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

        var jpeg = new byte[picture.Length];
        await using var stream = picture.OpenReadStream();
        await stream.ReadExactlyAsync(jpeg, cancellationToken);
        return (new ShotForm(pose, new LeaseClaim(camera, lease, token), form["manual"] == "true", jpeg), null);
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex CameraShape();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,128}\z")]
    private static partial Regex LeaseShape();
}
