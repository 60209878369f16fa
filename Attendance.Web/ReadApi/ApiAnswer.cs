using System.Net.Mime;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Net.Http.Headers;

namespace Attendance.Web.ReadApi;

/// <summary>One page of a list.</summary>
/// <param name="HasMore">Whether more items follow at once. If not, <paramref name="NextCursor"/> is for asking later what has changed.</param>
/// <param name="NextCursor">Where the next request goes on. Always there.</param>
internal sealed record ListAnswer<T>(IReadOnlyList<T> Items, bool HasMore, string NextCursor);

/// <summary>Writes answers as JSON with an entity tag. Who has this answer already gets 304 and no body.</summary>
internal sealed class ApiAnswer : IResult
{
    private static readonly JsonSerializerOptions s_json = new(WireJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly byte[] _body;
    private readonly EntityTagHeaderValue _tag;

    private ApiAnswer(byte[] body, ReadOnlySpan<byte> tagged, bool isWeak) =>
        (_body, _tag) = (body, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(tagged))[..32]}\"", isWeak));

    public static ApiAnswer Of<T>(T item)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(item, s_json);
        return new(body, body, isWeak: false);
    }

    /// <summary>The tag of a page is weak: its cursor is encrypted, and so is another one each time.</summary>
    public static ApiAnswer Of<T>(ListAnswer<T> page) => new(
        JsonSerializer.SerializeToUtf8Bytes(page, s_json), JsonSerializer.SerializeToUtf8Bytes(page with { NextCursor = "" }, s_json), isWeak: true);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.ETag = _tag.ToString();
        if (httpContext.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Compare(EntityTagHeaderValue.Any, useStrongComparison: false) || tag.Compare(_tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = MediaTypeNames.Application.Json;
        response.ContentLength = _body.Length;
        await response.Body.WriteAsync(_body, httpContext.RequestAborted);
    }
}
