using System.Text.Json;

namespace Attendance.LocalHosting.Running;

/// <summary>One profile of a project's <c>launchSettings.json</c>.</summary>
internal sealed record LaunchProfile(
    string Name, IReadOnlyList<Uri> Addresses, IReadOnlyDictionary<string, string> EnvironmentVariables)
{
    private static readonly JsonDocumentOptions s_lenient =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The profile of that name, else the first one that runs the project; null where there are no profiles.</summary>
    public static LaunchProfile? Find(string projectPath, string? name)
    {
        var path = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        if (!File.Exists(path))
        {
            return null;
        }

        using var settings = JsonDocument.Parse(File.ReadAllText(path), s_lenient);
        var profiles = settings.RootElement.GetProperty("profiles").EnumerateObject()
            .Where(profile => Text(profile.Value, "commandName") == "Project")
            .Select(Read)
            .ToList();
        return profiles.Find(profile => profile.Name == name) ?? profiles.FirstOrDefault();
    }

    private static LaunchProfile Read(JsonProperty profile) => new(
        profile.Name,
        [.. Text(profile.Value, "applicationUrl").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(url => new Uri(url))],
        profile.Value.TryGetProperty("environmentVariables", out var variables)
            ? variables.EnumerateObject().ToDictionary(variable => variable.Name, variable => variable.Value.GetString() ?? "")
            : []);

    private static string Text(JsonElement profile, string property) =>
        profile.TryGetProperty(property, out var value) ? value.GetString() ?? "" : "";
}
