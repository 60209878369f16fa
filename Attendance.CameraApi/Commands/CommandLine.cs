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
        list.SetAction((result, cancellationToken) => ListCamerasCommand.RunAsync(Url(result.GetValue(url)), cancellationToken));

        var cleanup = new Command("cleanup-cameras", "Release what nobody answers for; exit code 0 when all of that is free.")
        {
            force, dryRun, url,
        };
        cleanup.SetAction((result, cancellationToken) => CleanupCamerasCommand.RunAsync(
            Url(result.GetValue(url)), result.GetValue(force), result.GetValue(dryRun), cancellationToken));

        return new RootCommand("The camera API. Without a command it serves.") { list, cleanup }.Parse(args).InvokeAsync();
    }

    private static Uri Url(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new ArgumentException($"'--url {text}' must be an http or https address.");
}
