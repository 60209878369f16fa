using System.Text.Json;

/// <summary>The format of the JSON that the services write: snake-case names.</summary>
internal static class ServiceJson
{
    public static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
