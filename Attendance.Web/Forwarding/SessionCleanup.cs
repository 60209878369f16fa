using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Attendance.Web.Forwarding;

/// <summary>
/// The request that a closing page sends to release the cameras of its sessions. To know a session's id is the right to release it, so
/// a request without one is refused. Only the values that were understood here are sent on, in a new body.
/// </summary>
internal sealed partial record SessionCleanup(
    [property: JsonPropertyName("session_ids")] IReadOnlyList<string> SessionIds,
    [property: JsonPropertyName("reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    [property: JsonPropertyName("grace_ms"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? GraceMs)
{
    private const int GraceLimit = 2000;
    private const int ReasonLimit = 64;
    private const string SessionShape = "must be 8 to 128 of A-Z, a-z, 0-9, _ and -.";

    /// <returns>The request or the problem. Exactly one of them is null.</returns>
    public static ValueTask<(SessionCleanup? Cleanup, ProblemHttpResult? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        StrictJson.ReadAsync(request, acceptsText: true, Understand, cancellationToken); // navigator.sendBeacon sends text/plain

    /// <summary>Replaces the body, the content type and the query string of the request.</summary>
    public void WriteTo(HttpRequest request)
    {
        request.QueryString = default;
        request.ContentType = MediaTypeNames.Application.Json;
        BoundedBody.Replace(request, JsonSerializer.SerializeToUtf8Bytes(this));
    }

    private static (SessionCleanup?, ProblemHttpResult?) Understand(JsonElement root)
    {
        if (root.TryGetProperty("force", out _))
        {
            return (null, ApiProblems.SignInRequired());
        }

        var sessions = new List<string>();
        if (Present(root, "session_id") is { } one)
        {
            if (!IsSession(one))
            {
                return (null, ApiProblems.Invalid("session_id", SessionShape));
            }

            sessions.Add(one.GetString()!);
        }

        if (Present(root, "session_ids") is { } several)
        {
            if (several.ValueKind != JsonValueKind.Array || !several.EnumerateArray().All(IsSession))
            {
                return (null, ApiProblems.Invalid("session_ids", $"must be a list; each {SessionShape}"));
            }

            sessions.AddRange(several.EnumerateArray().Select(session => session.GetString()!));
        }

        var reason = Present(root, "reason");
        if (reason is { } given && (given.ValueKind != JsonValueKind.String || given.GetString()!.Length > ReasonLimit))
        {
            return (null, ApiProblems.Invalid("reason", $"must be a text of at most {ReasonLimit} characters."));
        }

        int? grace = null;
        if (Present(root, "grace_ms") is { } time)
        {
            if (time.ValueKind != JsonValueKind.Number || !time.TryGetInt32(out var milliseconds) || milliseconds is < 0 or > GraceLimit)
            {
                return (null, ApiProblems.Invalid("grace_ms", $"must be a whole number from 0 to {GraceLimit}."));
            }

            grace = milliseconds;
        }

        return sessions.Count == 0
            ? (null, ApiProblems.SignInRequired())
            : (new SessionCleanup([.. sessions.Distinct(StringComparer.Ordinal)], reason?.GetString(), grace), null);
    }

    private static JsonElement? Present(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static bool IsSession(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && SessionId().IsMatch(value.GetString()!);

    [GeneratedRegex(@"^[A-Za-z0-9_-]{8,128}\z")]
    private static partial Regex SessionId();
}
