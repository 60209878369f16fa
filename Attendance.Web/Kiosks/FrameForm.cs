using Attendance.Web.Http;

namespace Attendance.Web.Kiosks;

/// <summary>A frame of its camera, as a kiosk sends it.</summary>
/// <param name="Sequence">The number of the frame, which grows by one with each frame that the page takes.</param>
internal sealed record FrameForm(CheckLease Claim, long Sequence, byte[] Jpeg)
{
    public const int LargestPicture = 512 * 1024;

    /// <summary>The largest request body, in bytes: the picture and the fields around it.</summary>
    public const int LargestBody = LargestPicture + (16 * 1024);

    /// <returns>The frame or the problem. Exactly one of them is null.</returns>
    /// <exception cref="RequestException">The lease is not one. The exception names every field that is wrong.</exception>
    public static async Task<(FrameForm? Form, Problem? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (form, problem) = await PictureForm.ReadAsync(
            request, LargestBody, "512 KiB", "camera_id, lease_id, fencing_token, sequence and picture", cancellationToken);
        if (form is null)
        {
            return (null, problem);
        }

        var claim = PictureForm.ClaimOf(form);
        claim.Validate();
        if (PictureForm.NumberOf(form["sequence"]) is not { } sequence)
        {
            return (null, ApiProblems.Invalid("sequence", "must be the number of the frame."));
        }

        if (form.Files.GetFile("picture") is not { Length: > 0 and <= LargestPicture, ContentType: "image/jpeg" } picture)
        {
            return (null, ApiProblems.Invalid("picture", "must be a JPEG of at most 512 KiB."));
        }

        return (new FrameForm(claim, sequence, await PictureForm.BytesOfAsync(picture, cancellationToken)), null);
    }
}
