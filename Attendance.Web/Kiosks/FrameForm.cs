using System.Globalization;
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
        if (!request.HasFormContentType)
        {
            return (null, ApiProblems.UnsupportedMediaType("Send multipart/form-data."));
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(cancellationToken);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, ApiProblems.TooLarge("512 KiB"));
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
        {
            return (null, ApiProblems.Invalid("body", "must be multipart/form-data with the fields camera_id, lease_id, fencing_token, sequence and picture."));
        }
        catch (Exception exception) when (exception is BadHttpRequestException or IOException)
        {
            return (null, ApiProblems.Invalid("body", "ended before it was complete."));
        }

        var claim = new CheckLease(form["lease_id"], form["camera_id"], NumberOf(form["fencing_token"]));
        claim.Validate();
        if (NumberOf(form["sequence"]) is not { } sequence)
        {
            return (null, ApiProblems.Invalid("sequence", "must be the number of the frame."));
        }

        if (form.Files.GetFile("picture") is not { Length: > 0 and <= LargestPicture, ContentType: "image/jpeg" } picture)
        {
            return (null, ApiProblems.Invalid("picture", "must be a JPEG of at most 512 KiB."));
        }

        var jpeg = new byte[picture.Length];
        await using var stream = picture.OpenReadStream();
        await stream.ReadExactlyAsync(jpeg, cancellationToken);
        return (new FrameForm(claim, sequence, jpeg), null);
    }

    private static long? NumberOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
