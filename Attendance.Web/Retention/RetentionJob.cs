using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Retention;

/// <summary>
/// Deletes what is older than the schedule says, daily, in small transactions, and tells what it did. Of several replicas one does so at a
/// time; when it stops half-way, another one, or the same after its next start, goes on.
/// </summary>
internal sealed partial class RetentionJob(
    IServiceScopeFactory scopes, RetentionSchedule schedule, RetentionMetrics metrics, IOptions<RetentionOptions> options, TimeProvider clock, ILogger<RetentionJob> logger) : BackgroundService
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMinutes(1);

    private readonly Guid _owner = Guid.NewGuid();
    private readonly SemaphoreSlim _wake = new(0);

    /// <summary>Looks at once whether a run is due.</summary>
    public void Wake() => _wake.Release();

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    /// <summary>A run that Web's stop cuts short goes on in another replica, or after the next start.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RepeatedWork.RunAsync(
        LookOrReleaseAsync, token => _wake.WaitAsync(s_lookEvery, token), failure => LogFailed(failure.GetType().Name, failure.Message), stoppingToken);

    /// <summary>Does the run that is due, if this process may.</summary>
    /// <returns>Whether a run came to its end here.</returns>
    internal async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        if (await WithAsync(runs => runs.TakeAsync(_owner, cancellationToken)) is not { } run)
        {
            return false;
        }

        foreach (var rule in schedule.Rules.Where(rule => rule.Keep.Time is not null))
        {
            while (true)
            {
                if (await WithAsync(runs => runs.DeleteSomeAsync(run, rule, cancellationToken)) is not { } some)
                {
                    return false; // this process was taken for dead
                }

                metrics.Deleted(rule.Purpose, some.Deleted);
                if (!some.IsMore)
                {
                    break;
                }

                await Task.Delay(options.Value.Pause, clock, cancellationToken); // lets others write
            }
        }

        if (await WithAsync(runs => runs.EndAsync(run, cancellationToken)) is not { } words)
        {
            return false;
        }

        await using (var scope = scopes.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<AttendanceDb>().ForgetDeletedAsync(logger);
        }

        metrics.Ended(isDone: true);
        LogRan(run.Id, words);
        return true;
    }

    private async Task LookOrReleaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.Ended(isDone: false);
            await TryReleaseAsync(cancellationToken);
            throw;
        }
    }

    private async Task TryReleaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WithAsync(async runs =>
            {
                await runs.ReleaseAsync(_owner, cancellationToken);
                return true;
            });
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The claim ends by itself.
        }
    }

    /// <summary>Each step has a context of its own, so that a run holds no memory of what it deleted.</summary>
    private async Task<T> WithAsync<T>(Func<RetentionRuns, Task<T>> use)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<RetentionRuns>());
    }

    [LoggerMessage(LogLevel.Information, "Retention run {RunId} deleted what was too old: {Deleted}")]
    private partial void LogRan(Guid runId, string deleted);

    [LoggerMessage(LogLevel.Error, "What is too old cannot be deleted, and is tried again every minute: {Error}: {Words}")]
    private partial void LogFailed(string error, string words);
}
