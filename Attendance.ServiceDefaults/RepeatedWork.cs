namespace Attendance.ServiceDefaults;

/// <summary>
/// Work that a service does at its start and then again and again. No failure of it stops the service: it is logged when it begins, and when it
/// is of another type, and the work is tried again when it is due the next time.
/// </summary>
public static class RepeatedWork
{
    /// <summary>Does the work every so often, until the token is canceled.</summary>
    /// <param name="logFailure">Logs a failure that is new.</param>
    public static async Task RunAsync(
        Func<CancellationToken, Task> work, TimeSpan every, TimeProvider clock, Action<Exception> logFailure, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(every, clock);
        await RunAsync(work, async token => await timer.WaitForNextTickAsync(token), logFailure, cancellationToken);
    }

    /// <summary>Does the work, and again each time that the wait is over, until the token is canceled.</summary>
    /// <param name="logFailure">Logs a failure that is new.</param>
    public static async Task RunAsync(
        Func<CancellationToken, Task> work, Func<CancellationToken, Task> waitAsync, Action<Exception> logFailure, CancellationToken cancellationToken)
    {
        var failure = new RepeatedFailure();
        while (true)
        {
            try
            {
                await work(cancellationToken);
                failure.IsOver();
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (failure.IsNew(exception.GetType().FullName!)) // messages may differ each time, and tell what no log should
                {
                    logFailure(exception);
                }
            }

            await waitAsync(cancellationToken);
        }
    }
}
