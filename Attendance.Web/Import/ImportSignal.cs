namespace Attendance.Web.Import;

/// <summary>Wakes the worker of this process when an operator wants something. Those of other processes look by themselves.</summary>
internal sealed class ImportSignal : IDisposable
{
    private readonly SemaphoreSlim _wanted = new(0, 1);

    public void Wake()
    {
        try
        {
            _wanted.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is woken already.
        }
    }

    /// <summary>Waits until somebody wants something, or the time is over.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_wanted.WaitAsync(end.Token), Task.Delay(atMost, clock, end.Token));
        await end.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Dispose() => _wanted.Dispose();
}
