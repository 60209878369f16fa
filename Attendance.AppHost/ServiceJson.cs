using System.Text.Json;

/// <summary>As the services write it.</summary>
internal static class ServiceJson
{
    public static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
