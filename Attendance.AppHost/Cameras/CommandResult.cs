using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

/// <summary>Converts the response of a command for the dashboard: a sentence, and a table if there is more to show.</summary>
internal static class CommandResult
{
    public static Task<ExecuteCommandResult> OfListAsync(HttpCommandResultContext context) => ReadAsync<List>(context, answer =>
        answer.Cameras.Count == 0
            ? CommandResults.Success("There are no cameras.")
            : CommandResults.Success(
                answer.Cameras.Count == 1 ? "There is one camera." : $"There are {answer.Cameras.Count} cameras.",
                Table(
                    ["Camera", "State", "Held since (UTC)", "Detail"],
                    answer.Cameras.Select(one => new[] { one.CameraId, one.State, $"{one.HeldSince:yyyy-MM-dd HH:mm:ss}", one.Detail ?? "" })),
                CommandResultFormat.Markdown,
                displayImmediately: true));

    public static Task<ExecuteCommandResult> OfCleanupAsync(HttpCommandResultContext context) => ReadAsync<CleanupResponse>(context, answer =>
    {
        var table = Table(
            ["Camera", "Result"],
            [
                .. answer.Released.Select(one => new[] { one.CameraId, $"released ({one.Reason})" }),
                .. answer.Failed.Select(one => new[] { one.CameraId, $"not free: {one.Cause}" }),
            ]);
        return (answer.Released.Count, answer.Failed.Count) switch
        {
            (0, 0) => CommandResults.Success("No camera had to be released."),
            (var released, 0) => CommandResults.Success(Count(released, "released"), table, CommandResultFormat.Markdown, displayImmediately: true),
            var (released, failed) => CommandResults.Failure(
                $"{Count(released, "released")} {Count(failed, "not free")}", new CommandResultData { Value = table, Format = CommandResultFormat.Markdown, DisplayImmediately = true }),
        };
    });

    private static string Count(int cameras, string what) => cameras == 1 ? $"1 camera {what}." : $"{cameras} cameras {what}.";

    private static string Table(IReadOnlyList<string> heads, IEnumerable<string[]> rows)
    {
        var text = new StringBuilder();
        Line(heads);
        Line([.. heads.Select(_ => "---")]);
        foreach (var row in rows)
        {
            Line(row);
        }

        return text.ToString();

        void Line(IReadOnlyList<string> cells) => text.Append("| ").AppendJoin(" | ", cells.Select(Escaped)).AppendLine(" |");
    }

    /// <summary>Escapes Markdown, because a camera's name may contain any characters.</summary>
    private static string Escaped(string cell)
    {
        var text = new StringBuilder();
        foreach (var character in cell.ReplaceLineEndings(" "))
        {
            if (character is '|' or '\\' or '<' or '>' or '[' or ']' or '`' or '*' or '_' or '!')
            {
                text.Append('\\');
            }

            text.Append(character);
        }

        return text.ToString();
    }

    private static async Task<ExecuteCommandResult> ReadAsync<T>(HttpCommandResultContext context, Func<T, ExecuteCommandResult> tell)
    {
        try
        {
            context.Response.EnsureSuccessStatusCode();
            return tell((await context.Response.Content.ReadFromJsonAsync<T>(WireJson.Kept, context.CancellationToken))!);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            return CommandResults.Failure($"The camera API did not answer as expected: {error.Message}");
        }
    }

    private sealed record List(IReadOnlyList<Camera> Cameras);

    private sealed record Camera(string CameraId, string State, DateTime? HeldSince, string? Detail);
}
