using Microsoft.Extensions.Hosting;

/// <summary>
/// Repeats on the console why a resource did not start or ended by itself. Its log and the dashboard say so too, but whoever has
/// just started the application looks at the console.
/// </summary>
internal sealed class FailureReport(ResourceNotificationService resources, ResourceLoggerService logs, TextWriter console) : BackgroundService
{
    private const int MaxLines = 20;

    /// <summary>The log of a process arrives a little after the news of its end.</summary>
    private static readonly TimeSpan s_afterword = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var told = new HashSet<string>();
        await foreach (var change in resources.WatchAsync(stoppingToken))
        {
            var state = change.Snapshot.State?.Text;
            if (change.Snapshot.IsHidden || !(state == KnownResourceStates.FailedToStart || (state == KnownResourceStates.Exited && change.Snapshot.ExitCode is not (null or 0))))
            {
                told.Remove(change.ResourceId);
            }
            else if (told.Add(change.ResourceId))
            {
                await TellAsync(change.Resource.Name, change.ResourceId, state, change.Snapshot.ExitCode, stoppingToken);
            }
        }
    }

    private async Task TellAsync(string name, string id, string state, int? exitCode, CancellationToken cancellationToken)
    {
        await Task.Delay(s_afterword, cancellationToken);
        var lines = new List<string>();
        await foreach (var batch in logs.GetAllAsync(id).WithCancellation(cancellationToken))
        {
            lines.AddRange(batch.Select(line => line.Content));
        }

        var what = state == KnownResourceStates.FailedToStart ? "did not start" : $"ended with exit code {exitCode}";
        await console.WriteLineAsync(string.Join(Environment.NewLine, [$"'{name}' {what}. Its log ends with:", .. lines.TakeLast(MaxLines).Select(line => "  " + line)]));
    }
}
