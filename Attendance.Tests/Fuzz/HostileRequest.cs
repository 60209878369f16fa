using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Attendance.Tests.Fuzz;

/// <summary>A sender of requests, with its credentials.</summary>
/// <param name="Headers">Lines of a request's head.</param>
/// <param name="Token">The token against forged requests; null if the sender has none.</param>
internal sealed record Asker(string Name, IReadOnlyList<string> Headers, string? Token = null);

/// <summary>One request as bytes, for an existing endpoint, with valid and deliberately invalid parts.</summary>
/// <param name="MayBeUnanswered">Whether the request is incomplete or malformed, so that no answer is allowed too.</param>
internal sealed record HostileRequest(byte[] Bytes, bool EndsEarly, bool MayBeUnanswered)
{
    /// <summary>The endpoint that signs out. It cuts the session's other requests, and would make all later ones anonymous.</summary>
    private const string SignOut = "/account";

    private static readonly Uri s_anywhere = new("http://127.0.0.1/");

    private static readonly string[] s_methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X"];

    private static readonly string[] s_queries = ["handler", "id", "return", "node", "limit", "after", "best", "lease", "reason", "browsers", "live", "page", "Number", "Words", "status", "min_width", "shot"];

    private static readonly string[] s_headers =
    [
        "Accept: é", "Accept: */*;q=nonsense", "Accept: text/html,,;=", "User-Agent: \u00fc\u00f1", "If-None-Match: é", "If-None-Match: \"", "Range: bytes=9-1", "Range: bytes=-,", "If-Modified-Since: x",
        "Cookie: attendance=garbage", "Cookie: attendance-form=garbage; attendance=", "Cookie: =;;,", "Cookie: attendanceC1=x; attendance=chunks-99999999", "RequestVerificationToken: garbage",
        "Origin: null", "Origin: é", "Origin: http://[", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: document", "Upgrade: websocket\r\nConnection: Upgrade", "Upgrade: x\r\nConnection: Upgrade",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: !", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 7\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: é, x",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99",
        "Last-Event-ID: é", "Last-Event-ID: 0-0.x", "Last-Event-ID: 99999999999999-99999999999999999999", "traceparent: x", "traceparent: 00-00000000000000000000000000000000-0000000000000000-01", "tracestate: é=,",
        "X-Forwarded-For: é", "X-Attendance-Hops: x", "X-Attendance-Hops: 1", "Expect: 100-continue", "Expect: x", "X-Api-Key: é", "Authorization: Bearer é", "Accept-Language: \u0001", "X-HTTP-Method-Override: DELETE",
        "Content-Encoding: gzip", "Content-Language: é", "Accept: application/openmetrics-text; version=é",
    ];

    public static HostileRequest Make(Random random, RouteEndpoint endpoint, Asker asker)
    {
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } own ? own : ["GET", "POST"];
        var method = random.Next(5) == 0 ? HostileValues.Any(random, s_methods) : HostileValues.Any(random, methods);
        var target = Target(random, endpoint.RoutePattern);
        if (Uri.TryCreate(s_anywhere, target, out var address) && address.AbsolutePath.TrimEnd('/') == SignOut)
        {
            asker = asker with { Token = null }; // also for a path that leads there by dots
        }

        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\n");
        head.Append(random.Next(30) == 0 ? HostileValues.Any(random, ["Host: é\r\n", "Host: a b\r\n", "Host: evil.test\r\n", "Host: [::1\r\n", "Host: x\r\nHost: y\r\n", "Host:\r\n", ""]) : "Host: 127.0.0.1\r\n");
        foreach (var line in asker.Headers.Concat(Enumerable.Range(0, random.Next(4) == 0 ? 2 : 0).Select(_ => HostileValues.Any(random, s_headers))))
        {
            head.Append(line).Append("\r\n");
        }

        if (asker.Token is { } token && random.Next(6) > 0)
        {
            head.Append(CultureInfo.InvariantCulture, $"RequestVerificationToken: {token}\r\n");
        }

        var hasBody = method is not ("GET" or "HEAD") ? random.Next(8) > 0 : random.Next(10) == 0;
        return hasBody ? WithBody(random, head, HostileBody.Make(random, asker.Token)) : new(Finish(head.Append("Connection: close\r\n"), []), false, false);
    }

    private static HostileRequest WithBody(Random random, StringBuilder head, HostileBody body)
    {
        if (body.Type is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {body.Type}\r\n");
        }

        head.Append("Connection: close\r\n");
        switch (random.Next(12))
        {
            case 0 or 1:
                return new(Finish(head.Append("Transfer-Encoding: chunked\r\n"), body.Chunked(random, broken: true)), true, true);
            case 2:
                return new(Finish(head.Append("Transfer-Encoding: chunked\r\n"), body.Chunked(random, broken: false)), false, false);
            case 3: // less than was announced
                return new(Finish(head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Bytes.Length + 50}\r\n"), body.Bytes), true, true);
            case 4:
                return new(Finish(head.Append(HostileValues.Any(random, ["Content-Length: -1\r\n", "Content-Length: x\r\n", "Content-Length: 99999999999\r\n", "Transfer-Encoding: gzip\r\n", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"])), body.Bytes), true, true);
            default:
                return new(Finish(head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Bytes.Length}\r\n"), body.Bytes), false, false);
        }
    }

    private static byte[] Finish(StringBuilder head, byte[] body) => [.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body];

    private static string Target(Random random, RoutePattern pattern)
    {
        var path = "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter when IsId(parameter) && random.Next(4) > 0 => "00000000-0000-4000-8000-000000000001",
            RoutePatternParameterPart parameter => HostileValues.Encoded(random, parameter.Name),
            _ => "",
        }))));
        var query = string.Join('&', Enumerable.Range(0, random.Next(3)).Select(_ => HostileValues.Any(random, s_queries)).Select(name => $"{name}={HostileValues.Encoded(random, name)}"));
        var end = random.Next(12) == 0 ? HostileValues.Any(random, ["/", "//", "/..", "/%2e%2e/", ";x", "#x", "?", "?=", "?&&", "?%"]) : "";
        return path + end + (query.Length > 0 && !end.Contains('?') ? $"?{query}" : "");
    }

    private static bool IsId(RoutePatternParameterPart parameter) => parameter.ParameterPolicies.Any(policy => policy.Content == "guid");
}
