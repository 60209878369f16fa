using System.Net.Mime;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Attendance.Web.Http;

/// <summary>The body that a page sends, and the one that camera-api gets for it.</summary>
internal static class PageBody
{
    /// <summary>Reads a body whose content type no form of another page can have.</summary>
    /// <param name="acceptsText">Whether plain text is accepted, too, which is what a beacon states.</param>
    /// <exception cref="BadHttpRequestException">The body cannot be accepted. If a field is wrong, it is a <see cref="RequestException"/> that names it.</exception>
    public static Task<T> ReadAsync<T>(HttpRequest request, bool acceptsText = false) where T : class =>
        request.HasJsonContentType() || (acceptsText && IsText(request))
            ? JsonBody.ReadAsync<T>(request, absent: null, request.HttpContext.RequestAborted)
            : throw new BadHttpRequestException($"Send application/json{(acceptsText ? " or text/plain" : "")}.", StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Reads the body completely before it is sent on, so that one that is too long or cannot be read reaches no other service.</summary>
    /// <exception cref="BadHttpRequestException">The body is too long, or violates HTTP.</exception>
    public static async Task KeepAsync(HttpRequest request)
    {
        await JsonBody.KeepAsync(request, request.HttpContext.RequestAborted);
        Describe(request);
    }

    /// <summary>Replaces the body, the content type and the query string by what was understood, so that nothing else is sent on.</summary>
    public static void Replace<T>(HttpRequest request, T body)
    {
        request.QueryString = default;
        request.ContentType = MediaTypeNames.Application.Json;
        request.Body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Requests), writable: false);
        Describe(request);
    }

    private static void Describe(HttpRequest request)
    {
        request.Headers.TransferEncoding = default;
        request.ContentLength = request.Body.Length;
    }

    private static bool IsText(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(MediaTypeNames.Text.Plain, StringComparison.OrdinalIgnoreCase);
}
