using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attendance.CameraApi;

/// <summary>JSON as clients, other nodes and the store have it: names in snake_case, and nothing twice.</summary>
internal static class WireJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>
    /// For what another process has written: the store's values, answers of nodes. What a constructor asks for must be there, so what a later
    /// version adds needs a default.
    /// </summary>
    public static readonly JsonSerializerOptions Kept = new(Options) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };
}
