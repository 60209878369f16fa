using System.CommandLine;

namespace Attendance.CameraApi.Commands;

/// <summary>The commands of this program. Without a command it runs as the API.</summary>
internal static class CommandLine
{
    private const string DefaultUrl = "http://localhost:5081";

    public static bool IsCommand(string[] args) => args is ["list-cameras" or "cleanup-cameras" or "help" or "--help" or "-h" or "--version", ..];

    public static Task<int> RunAsync(string[] args)
    {
        var url = new Option<string>("--url")
        {
            Description = "Where the camera API listens.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("CAMERA_API_HTTP") ?? DefaultUrl,
        };
        var force = new Option<bool>("--force") { Description = "Release everything, not only what is stale." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would be released; exit code 1 if there is something." };

        var list = new Command("list-cameras", "Show the cameras of this node, configured and attached.") { url };
        list.SetAction((result, cancellationToken) => RunAtAsync(
            result.GetValue(url), address => ListCamerasCommand.RunAsync(address, cancellationToken)));

        var cleanup = new Command("cleanup-cameras", "Release what nobody answers for; exit code 0 when all of that is free.")
        {
            force, dryRun, url,
        };
        cleanup.SetAction((result, cancellationToken) => RunAtAsync(
            result.GetValue(url), address => CleanupCamerasCommand.RunAsync(address, result.GetValue(force), result.GetValue(dryRun), cancellationToken)));

        return new RootCommand("The camera API. Without a command it serves.") { list, cleanup }.Parse(args).InvokeAsync();
    }

    private static async Task<int> RunAtAsync(string? url, Func<Uri, Task<int>> runAsync)
    {
        if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            return await runAsync(address);
        }

        Console.Error.WriteLine($"'--url {url}' must be an http or https address.");
        return 1;
    }
}
