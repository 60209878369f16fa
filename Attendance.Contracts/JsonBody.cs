using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Attendance.Contracts;

/// <summary>The body of a request, as both services read it.</summary>
public static class JsonBody
{
    public const int MaxLength = 64 * 1024;

    /// <summary>
    /// How much of a body that is too long is read and discarded, because a sender whose connection is cut does not see the answer.
    /// </summary>
    public const int MaxDiscarded = 4 * 1024 * 1024;

    /// <summary>Reads the body whatever its content type is, because a browser's beacon and a plain <c>curl -d</c> state other types.</summary>
    /// <param name="absent">The value for an empty body; null if a body is required.</param>
    /// <param name="options">How strictly to read; <see cref="WireJson.Requests"/> by default.</param>
    /// <exception cref="RequestException">The body is not JSON, or a field is unknown, occurs twice or has the wrong type. The exception names the field.</exception>
    /// <exception cref="BadHttpRequestException">The body is longer than <see cref="MaxLength"/>, or violates HTTP.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, T? absent, CancellationToken cancellationToken, JsonSerializerOptions? options = null)
        where T : class
    {
        var body = await ReadAllAsync(request, cancellationToken);
        if (body.Length == 0 && absent is not null)
        {
            return absent;
        }

        try
        {
            return JsonSerializer.Deserialize<T>(body, options ?? WireJson.Requests) ?? throw new RequestException("$", "must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw exception is { InnerException: not JsonException, Path: ['$', _, ..] path }
                ? new RequestException(path[1..].TrimStart('.'), "is unknown, occurs twice, or has the wrong type.")
                : new RequestException("$", "must be one JSON object.");
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

        var kept = new KeptBody(await ReadAllAsync(request, cancellationToken));
        request.HttpContext.Response.RegisterForDispose(kept);
        request.Body = kept;
    }

    /// <summary>
    /// Finds a text in a body that <see cref="KeepAsync"/> has read; null if there is none. Who answers the request reads the body again and
    /// reports what is wrong with it.
    /// </summary>
    /// <param name="path">The names of the members that lead to the text.</param>
    public static string? FindText(HttpRequest request, params ReadOnlySpan<string> path)
    {
        if (request.Body is not KeptBody kept)
        {
            return null; // there is no body
        }

        try
        {
            using var document = JsonDocument.Parse(kept.Bytes);
            var element = document.RootElement;
            foreach (var name in path)
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                {
                    return null;
                }
            }

            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter for half a surrogate pair
        {
            return null;
        }
    }

    private static async Task<byte[]> ReadAllAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(request.ContentLength ?? MaxLength, MaxLength) + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length <= MaxLength)
        {
            return buffer[..length];
        }

        while (await request.Body.ReadAsync(buffer, cancellationToken) > 0)
        {
        }

        throw new BadHttpRequestException("The body is too long.", StatusCodes.Status413PayloadTooLarge);
    }

    private sealed class KeptBody(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        public ReadOnlyMemory<byte> Bytes { get; } = bytes;
    }
}
