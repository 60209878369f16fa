using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>Both services, published once by the commands of their container files, from the files that these copy and no others.</summary>
public sealed class PublishedPrograms : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>They change nothing of what is built, have judged the same files in the build of the tests, and take half of the time.</summary>
    private static readonly Dictionary<string, string> s_withoutAnalyzers = new() { ["RunAnalyzers"] = "false" };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-deploy-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // One after the other: a build uses all processors by itself, and the second one finds the compiler running.
        await PublishAsync("camera-api");
        await PublishAsync("web");
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("chmod", "-R", "u+w", _folder.FullName); // a program's folder may not be writable
        _folder.Delete(recursive: true);
    }

    /// <summary>Where the program has been published to.</summary>
    internal string this[string name] => Path.Combine(_folder.FullName, name, "app");

    /// <summary>An empty folder that goes with this object.</summary>
    internal string NewFolder() => _folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName;

    /// <summary>As the indexer, of a copy that shares its files but lacks a folder.</summary>
    internal async Task<string> WithoutAsync(string name, string missing)
    {
        var copy = Path.Combine(NewFolder(), "app");
        await RunAsync("cp", "-al", this[name], copy);
        await RunAsync("chmod", "-R", "u+w", copy);
        Directory.Delete(Path.Combine(copy, missing), recursive: true);
        return copy;
    }

    /// <summary>Runs a program of the system, which must succeed.</summary>
    internal static async Task RunAsync(string program, params string[] arguments)
    {
        await using var process = ServerProcess.Start(program, arguments);
        Assert.True(await process.ExitAsync() == 0, process.Output);
    }

    private async Task PublishAsync(string name)
    {
        var file = new ContainerFile(name);
        var source = Path.Combine(_folder.FullName, name, "source");
        foreach (var copied in file.Copied)
        {
            Copy(Repository.PathOf(copied), Path.Combine(source, copied));
        }

        var arguments = file.Publish;
        arguments[Array.IndexOf(arguments, "/app")] = this[name];
        await using var build = ServerProcess.Start("dotnet", [.. arguments, "-nodeReuse:false"], s_withoutAnalyzers, source);
        Assert.True(await build.ExitAsync(s_patience) == 0, build.Output);
        Directory.Delete(source, recursive: true);
        Cancel.ThrowIfCancellationRequested();
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
            return;
        }

        // What .dockerignore keeps out.
        foreach (var entry in Directory.EnumerateFileSystemEntries(from).Where(entry => Path.GetFileName(entry) is not ("bin" or "obj" or "node_modules" or "lib" or ".data")))
        {
            Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
        }
    }
}
