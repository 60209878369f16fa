using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attendance.CameraApi;

/// <summary>The JSON settings for clients, other nodes and the store: snake_case names and no duplicate properties.</summary>
internal static class WireJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>
    /// Reads what another process has written, such as values in the store and answers from nodes. Constructor parameters without a default
    /// must be present, so a parameter that a later version adds needs a default.
    /// </summary>
    public static readonly JsonSerializerOptions Kept = new(Options) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };
}
