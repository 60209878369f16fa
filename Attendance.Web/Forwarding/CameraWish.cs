using System.Text.Json;
using System.Text.Json.Nodes;
using Attendance.Web.Http;
using Attendance.Web.Rights;

namespace Attendance.Web.Forwarding;

/// <summary>What a page asks of camera-api in <c>POST /api/leases</c>, as far as it decides which right is needed. camera-api refuses what is wrong in the rest.</summary>
internal sealed class CameraWish
{
    private static readonly JsonDocumentOptions s_strictly = new() { AllowDuplicateProperties = false };

    private readonly JsonObject _body;

    /// <remarks>Reads at once what decides: text that is no Unicode is found only when it is read.</remarks>
    private CameraWish(JsonObject body)
    {
        _body = body;
        (SessionId, CameraId) = (TextOf("session_id"), TextOf("camera_id"));
        IsForAny = CameraId == IdFormats.AutoCamera || IsTrue("failover");
        Right = IsTrue("takeover") ? CameraRight.Borrow : LeaseRights.Of(TextOf("mode"));
        StatesCameras = body["requirements"] is JsonObject requirements && requirements.ContainsKey("cameras");
    }

    public string? SessionId { get; }

    public string? CameraId { get; }

    /// <summary>Whether the session can get another camera than the one that it names.</summary>
    public bool IsForAny { get; }

    /// <summary>The right that is needed on the camera. Who ends the use of others must be one of those who may keep others away.</summary>
    public CameraRight Right { get; }

    /// <summary>Whether the page states the cameras among which to choose, which is Web's to say.</summary>
    public bool StatesCameras { get; }

    /// <returns>The wish, or null if the body is not one JSON object that can be understood.</returns>
    public static CameraWish? Read(HttpRequest request)
    {
        try
        {
            return JsonNode.Parse(request.Body, documentOptions: s_strictly) is JsonObject body ? new(body) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return null; // no JSON, text that is no Unicode, a name that comes twice
        }
        finally
        {
            request.Body.Position = 0;
        }
    }

    /// <summary>Limits the wish to these cameras.</summary>
    /// <param name="selection">A <see cref="CameraSelection"/>.</param>
    /// <exception cref="RequestException">The requirements are not an object.</exception>
    public void LimitTo(IReadOnlyList<string> selection, HttpRequest request)
    {
        if (_body["requirements"] is not null and not JsonObject)
        {
            throw new RequestException("requirements", "must be a JSON object.");
        }

        var requirements = (JsonObject)(_body["requirements"] ??= new JsonObject())!;
        requirements["cameras"] = new JsonArray([.. selection.Select(pattern => JsonValue.Create(pattern))]);
        PageBody.Replace(request, _body);
    }

    private string? TextOf(string name) => _body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private bool IsTrue(string name) => _body[name] is JsonValue value && value.TryGetValue<bool>(out var isTrue) && isTrue;
}
