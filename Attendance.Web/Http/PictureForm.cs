using System.Globalization;

namespace Attendance.Web.Http;

/// <summary>Reads the forms that pages send a picture with.</summary>
internal static class PictureForm
{
    /// <param name="request">The request. Its endpoint limits the size of its body, and keeps the picture out of files.</param>
    /// <param name="largestBody">The largest body, in bytes.</param>
    /// <param name="largestInWords">The largest body as people read it.</param>
    /// <param name="fields">The names of the fields, for whoever sent something else.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    /// <returns>The form or the problem. Exactly one of them is null.</returns>
    public static async Task<(IFormCollection? Form, Problem? Problem)> ReadAsync(
        HttpRequest request, long largestBody, string largestInWords, string fields, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            return (null, ApiProblems.UnsupportedMediaType("Send multipart/form-data."));
        }

        if (request.ContentLength > largestBody)
        {
            return (null, ApiProblems.TooLarge(largestInWords));
        }

        try
        {
            return (await request.ReadFormAsync(cancellationToken), null);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, ApiProblems.TooLarge(largestInWords));
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
        {
            return (null, ApiProblems.Invalid("body", $"must be multipart/form-data with the fields {fields}."));
        }
        catch (Exception exception) when (exception is BadHttpRequestException or IOException)
        {
            return (null, ApiProblems.Invalid("body", "ended before it was complete."));
        }
    }

    /// <summary>Reads the lease under which the picture was taken, not yet validated.</summary>
    public static CheckLease ClaimOf(IFormCollection form) => new(form["lease_id"], form["camera_id"], NumberOf(form["fencing_token"]));

    /// <returns>A whole number that is not negative, or null if the text is none.</returns>
    public static long? NumberOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static async Task<byte[]> BytesOfAsync(IFormFile picture, CancellationToken cancellationToken)
    {
        var bytes = new byte[picture.Length];
        await using var stream = picture.OpenReadStream();
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
