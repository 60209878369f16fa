using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.RegularExpressions;

namespace Attendance.Web.Forwarding;

/// <summary>
/// Copies an answer of camera-api to a browser. Only the content types and headers that camera-api uses are copied, so that a server
/// that answers in its place cannot put a page, a script, a cookie or a redirect on Web's origin.
/// </summary>
internal static partial class PassedResponse
{
    private const string Stream = "multipart/x-mixed-replace";
    private const string SessionDescription = "application/sdp";

    private static readonly string[] s_types =
        [MediaTypeNames.Application.Json, MediaTypeNames.Application.ProblemJson, MediaTypeNames.Image.Jpeg, Stream, SessionDescription];

    private static readonly string[] s_headers = ["Retry-After", WireHeaders.FencingToken, WireHeaders.Timestamp, WireHeaders.PublishedCamera];
    private static readonly string[] s_headersOfSockets = ["Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"];

    /// <returns><see langword="false"/> if the answer is not one of camera-api. In that case nothing was copied.</returns>
    public static bool TryCopyHead(HttpResponseMessage from, HttpResponse to)
    {
        var type = from.Content.Headers.ContentType;
        if (MayHaveBody(from) && !IsPassed(type))
        {
            return false;
        }

        to.StatusCode = (int)from.StatusCode;
        foreach (var name in from.StatusCode == HttpStatusCode.SwitchingProtocols ? s_headersOfSockets : s_headers)
        {
            if (from.Headers.TryGetValues(name, out var values))
            {
                to.Headers[name] = values.ToArray();
            }
        }

        if (from is { StatusCode: HttpStatusCode.Created, Headers.Location.OriginalString: var location } && LiveSession().IsMatch(location))
        {
            to.Headers.Location = location;
        }

        to.ContentLength = from.Content.Headers.ContentLength;
        to.ContentType = IsPassed(type) ? Describe(type!) : null;
        return true;
    }

    private static bool MayHaveBody(HttpResponseMessage response) =>
        response.StatusCode is not (HttpStatusCode.SwitchingProtocols or HttpStatusCode.NoContent or HttpStatusCode.NotModified)
        && response.Content.Headers.ContentLength != 0;

    private static bool IsPassed(MediaTypeHeaderValue? type) =>
        type?.MediaType is { } media
        && s_types.Contains(media, StringComparer.OrdinalIgnoreCase)
        && (!media.Equals(Stream, StringComparison.OrdinalIgnoreCase) || BoundaryOf(type) is not null);

    /// <summary>Rebuilds the content type without parameters that change how a browser reads the content.</summary>
    private static string Describe(MediaTypeHeaderValue type)
    {
        var media = type.MediaType!.ToLowerInvariant();
        return media == Stream ? $"{media}; boundary={BoundaryOf(type)}" : media;
    }

    private static string? BoundaryOf(MediaTypeHeaderValue type) =>
        type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value is { } boundary
            && Boundary().IsMatch(boundary) ? boundary : null;

    /// <summary>Matches the addresses of what is published, which are the only ones that are passed on.</summary>
    [GeneratedRegex(@"^/api/cameras/[A-Za-z0-9._-]{1,64}/wh[ei]p/[0-9a-f]{1,64}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LiveSession();

    /// <summary>Matches boundaries that need no quotes.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,70}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Boundary();
}
