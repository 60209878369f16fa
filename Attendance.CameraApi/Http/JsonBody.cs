using System.Text.Json;

namespace Attendance.CameraApi.Http;

internal static class JsonBody
{
    public const int MaxLength = 64 * 1024;

    /// <summary>
    /// How much of a body that is too long is read and discarded, because a sender whose connection is cut does not see the answer.
    /// </summary>
    public const int MaxDiscarded = 4 * 1024 * 1024;

    /// <summary>Reads the body whatever its content type is, because a browser's beacon and a plain <c>curl -d</c> state other types.</summary>
    /// <param name="absent">The value for an empty body; null if a body is required.</param>
    /// <exception cref="RequestException">The body is not JSON, or a field has the wrong type or occurs twice.</exception>
    /// <exception cref="BadHttpRequestException">The body is longer than <see cref="MaxLength"/>.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, T? absent, CancellationToken cancellationToken) where T : class
    {
        var body = await ReadAllAsync(request.Body, cancellationToken);
        if (body.Length == 0 && absent is not null)
        {
            return absent;
        }

        try
        {
            return JsonSerializer.Deserialize<T>(body, WireJson.Options) ?? throw new RequestException("$", "must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw IsWholeDocument(body)
                ? new RequestException(exception.Path is null or "$" ? "$" : exception.Path.Replace("$.", ""), "is not of the right type, or stands there twice.")
                : new RequestException("$", "is not valid JSON.");
        }
    }

    /// <summary>Reads the body into memory so that it can be read again by setting its position. Nothing is written to a file.</summary>
    /// <exception cref="BadHttpRequestException">The body is longer than <see cref="MaxLength"/>, or violates HTTP.</exception>
    public static async Task KeepAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Body is KeptBody)
        {
            return; // already kept to check a node's signature
        }

        var kept = new KeptBody(await ReadAllAsync(request.Body, cancellationToken));
        request.HttpContext.Response.RegisterForDispose(kept);
        request.Body = kept;
    }

    private static bool IsWholeDocument(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task<byte[]> ReadAllAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxLength + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length <= MaxLength)
        {
            return buffer[..length];
        }

        while (await body.ReadAsync(buffer, cancellationToken) > 0)
        {
        }

        throw new BadHttpRequestException("The body is too long.", StatusCodes.Status413PayloadTooLarge);
    }

    private sealed class KeptBody(byte[] bytes) : MemoryStream(bytes, writable: false);
}
