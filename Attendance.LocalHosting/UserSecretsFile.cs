using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attendance.LocalHosting;

/// <summary>The file that <c>dotnet user-secrets</c> reads and writes, for one AppHost. Only its owner may read it.</summary>
internal sealed class UserSecretsFile(string path)
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public string? Read(string key) => Load()[key]?.GetValue<string>();

    public void Write(string key, string value)
    {
        var secrets = Load();
        secrets[key] = value;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // Written beside and moved, so that nobody ever reads half a file.
        var draft = $"{path}.{Guid.NewGuid():N}";
        using (var file = OwnersFile.Create(draft))
        {
            JsonSerializer.Serialize(file, secrets, s_indented);
        }

        File.Move(draft, path, overwrite: true);
    }

    private JsonObject Load() =>
        File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? [] : [];
}

internal static class OwnersFile
{
    /// <summary>A new file that only its owner can read, from its first byte on.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
