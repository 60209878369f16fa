using System.Net.Mime;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Attendance.Web.Http;

/// <summary>
/// Reads a body that is one JSON object without duplicate properties, so that no later reader can understand it differently.
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <returns>The result or the problem. Exactly one of them is null.</returns>
    public static async ValueTask<(T? Read, ProblemHttpResult? Problem)> ReadAsync<T>(
        HttpRequest request, bool acceptsText, Func<JsonElement, (T?, ProblemHttpResult?)> understand, CancellationToken cancellationToken)
        where T : class
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !(Is(MediaTypeNames.Application.Json) || (acceptsText && Is(MediaTypeNames.Text.Plain))))
        {
            return (null, acceptsText ? ApiProblems.UnsupportedMediaType() : ApiProblems.UnsupportedMediaType("Send application/json."));
        }

        if (await BoundedBody.ReadAsync(request, cancellationToken) is not { } body)
        {
            return (null, ApiProblems.TooLarge());
        }

        try
        {
            using var document = JsonDocument.Parse(body, s_strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? understand(document.RootElement) : (null, NotOneObject());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // InvalidOperationException: an unpaired surrogate
        {
            return (null, NotOneObject());
        }

        bool Is(string media) => type.MediaType.Equals(media, StringComparison.OrdinalIgnoreCase);
    }

    private static ProblemHttpResult NotOneObject() => ApiProblems.Invalid("body", "must be one JSON object.");
}
