using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;

/// <summary>
/// Prints on the console why a resource did not start or ended by itself. The resource's log and the dashboard show it too, but a user
/// who has just started the application looks at the console.
/// </summary>
internal sealed partial class FailureReport(ResourceNotificationService resources, ResourceLoggerService logs, TextWriter console) : IHostedLifecycleService, IDisposable
{
    private const int MaxLines = 20;

    /// <summary>How long to wait for the rest of the log, because it arrives a little after the report that the process ended.</summary>
    private static readonly TimeSpan s_afterword = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Begins before the other services start, because the orchestrator's start only completes when every resource has started.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _watching = WatchAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops watching, because resources that end from now on were told to.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var told = new HashSet<string>();
        await foreach (var change in resources.WatchAsync(cancellationToken))
        {
            if (!HasFailed(change.Snapshot))
            {
                told.Remove(change.ResourceId);
            }
            else if (!change.Snapshot.IsHidden && told.Add(change.ResourceId))
            {
                await TellAsync(change, cancellationToken);
            }
        }
    }

    private static bool HasFailed(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text == KnownResourceStates.FailedToStart
        || (KnownResourceStates.TerminalStates.Contains(snapshot.State?.Text) && snapshot.ExitCode is not (null or 0));

    private async Task TellAsync(ResourceEvent change, CancellationToken cancellationToken)
    {
        await Task.Delay(s_afterword, cancellationToken);
        var lines = new List<string>();
        await foreach (var batch in logs.GetAllAsync(change.ResourceId).WithCancellation(cancellationToken))
        {
            lines.AddRange(batch.SelectMany(line => line.Content.Split('\n')).Where(line => !OfAStack().IsMatch(line)));
        }

        var what = change.Snapshot.ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $"ended with exit code {code}") : "did not start";
        await console.WriteLineAsync(string.Join(Environment.NewLine, [$"'{change.Resource.Name}' {what}. Its log ends with:", .. lines.TakeLast(MaxLines).Select(line => "  " + line)]));
    }

    /// <summary>Matches the lines of stack traces. They are in the dashboard's log, and the console shows only the message.</summary>
    [GeneratedRegex(@"^\S*\s+at \S+\(|--- End of (stack trace|inner exception)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfAStack();
}
