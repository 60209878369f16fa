using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace Attendance.Contracts;

/// <summary>The JSON settings of everything that the services send each other, clients and the store: snake_case names.</summary>
public static class WireJson
{
    /// <summary>Writes answers, and values that the store keeps.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>
    /// Reads what another process has written, such as values in the store and answers from nodes. Unknown members are ignored, because a
    /// later version may have written them. Constructor parameters without a default must be present, so a parameter that a later version
    /// adds needs a default.
    /// </summary>
    public static readonly JsonSerializerOptions Kept = new(Options) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    /// <summary>
    /// Reads requests: no unknown member, none twice, no text for a number, and names in exactly this spelling. Also writes them, without the
    /// members that are not set, so that an earlier version is sent nothing that it does not know.
    /// </summary>
    public static readonly JsonSerializerOptions Requests = new(JsonSerializerDefaults.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Makes endpoints write their answers in this format.</summary>
    public static IServiceCollection AddWireJson(this IServiceCollection services) => services.ConfigureHttpJsonOptions(json =>
    {
        json.SerializerOptions.PropertyNamingPolicy = Options.PropertyNamingPolicy;
        json.SerializerOptions.Converters.Add(Options.Converters[0]);
    });
}
