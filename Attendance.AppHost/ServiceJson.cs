using System.Text.Json;

/// <summary>The JSON that the services write: names in snake case.</summary>
internal static class ServiceJson
{
    public static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
