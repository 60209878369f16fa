using System.Net.Http.Json;
using System.Text.Json;

/// <summary>What the dashboard shows of a command's answer.</summary>
internal static class CommandResult
{
    public static Task<ExecuteCommandResult> OfCleanupAsync(HttpCommandResultContext context) => ReadAsync<Cleanup>(context, answer =>
    {
        var released = answer.Released.Count == 0
            ? "Nothing was to be released."
            : $"Released: {string.Join(", ", answer.Released.Select(one => $"{one.CameraId} ({one.Reason})"))}.";
        return answer.Failed.Count == 0
            ? CommandResults.Success(released)
            : CommandResults.Failure($"{released} Not free: {string.Join("; ", answer.Failed.Select(one => $"{one.CameraId}: {one.Cause}"))}");
    });

    public static Task<ExecuteCommandResult> OfListAsync(HttpCommandResultContext context) => ReadAsync<List>(context, answer => CommandResults.Success(
        answer.Cameras.Count == 0
            ? "There are no cameras."
            : string.Join("; ", answer.Cameras.Select(one =>
                $"{one.CameraId}: {one.State}{(one.HeldSince is { } since ? $" since {since:HH:mm:ss} UTC" : "")}{(one.Detail is null ? "" : $" ({one.Detail})")}"))));

    private static async Task<ExecuteCommandResult> ReadAsync<T>(HttpCommandResultContext context, Func<T, ExecuteCommandResult> tell)
    {
        try
        {
            context.Response.EnsureSuccessStatusCode();
            return tell((await context.Response.Content.ReadFromJsonAsync<T>(ServiceJson.Options, context.CancellationToken))!);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            return CommandResults.Failure($"The camera API's answer was no use: {error.Message}");
        }
    }

    private sealed record Cleanup(IReadOnlyList<Released> Released, IReadOnlyList<Failed> Failed);

    private sealed record Released(string CameraId, string Reason);

    private sealed record Failed(string CameraId, string Cause);

    private sealed record List(IReadOnlyList<Camera> Cameras);

    private sealed record Camera(string CameraId, string State, DateTime? HeldSince, string? Detail);
}
