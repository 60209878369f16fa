using Attendance.LocalHosting.ApplicationModel;

namespace Attendance.LocalHosting.Running;

/// <summary>What a resource needs of its surroundings to live.</summary>
internal sealed record LifeSupport(
    Launcher Launcher, HealthMonitor Health, ResourceNotificationService Notifications, ResourceLoggerService Logs, Waits Waits, TimeProvider Clock);

/// <summary>A resource from one start to its end. It is stopped, it ends by itself, or it never gets to run; then it is over.</summary>
internal sealed class ResourceLife : IDisposable
{
    private readonly IResource _resource;
    private readonly LifeSupport _support;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _waitNoMore = new();
    private readonly TaskCompletionSource<bool> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOver;

    private ResourceLife(IResource resource, LifeSupport support)
    {
        _resource = resource;
        _support = support;
        Ended = Task.CompletedTask;
    }

    /// <summary>Whether it came to run; known once it does, or cannot any more.</summary>
    public Task<bool> Started => _started.Task;

    public Task Ended { get; private set; }

    /// <summary>Its end was made known: <see cref="Ended"/> completes in a moment, and another life may be wanted already.</summary>
    public bool IsOver => Volatile.Read(ref _isOver);

    public static ResourceLife Begin(IResource resource, LifeSupport support)
    {
        var life = new ResourceLife(resource, support);
        life.Ended = Task.Run(life.LiveAsync);
        return life;
    }

    /// <summary>Whoever starts a waiting resource by hand wants it now.</summary>
    public void WaitNoMore() => _waitNoMore.Cancel();

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Ended;
    }

    /// <summary>Once it is over.</summary>
    public void Dispose()
    {
        _stop.Dispose();
        _waitNoMore.Dispose();
    }

    private async Task LiveAsync()
    {
        try
        {
            await WaitAsync();
            await PublishAsync(KnownResourceStates.Starting, snapshot => snapshot with
            {
                Properties = [], ExitCode = null, StartTimeStamp = null, StopTimeStamp = null, HealthReports = [], Ready = null,
            });
            await using var run = await _support.Launcher.LaunchAsync(_resource, _stop.Token);
            await RunAsync(run);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            await PublishAsync(KnownResourceStates.Exited, snapshot => snapshot);
        }
        catch (Exception error)
        {
            _support.Logs.Write(_resource.Name, error.Message, isError: true);
            await PublishAsync(KnownResourceStates.FailedToStart, snapshot => snapshot);
        }
        finally
        {
            _started.TrySetResult(false);
        }
    }

    private async Task WaitAsync()
    {
        if (!_waitNoMore.IsCancellationRequested && _resource.Annotations.OfType<WaitAnnotation>().Any())
        {
            await PublishAsync(KnownResourceStates.Waiting, snapshot => snapshot);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _waitNoMore.Token);
            try
            {
                await _support.Waits.WaitAsync(_resource, either.Token);
            }
            catch (OperationCanceledException) when (_waitNoMore.IsCancellationRequested && !_stop.IsCancellationRequested)
            {
            }
        }
    }

    private async Task RunAsync(IRunning run)
    {
        await PublishAsync(KnownResourceStates.Running, snapshot => snapshot with
        {
            StartTimeStamp = _support.Clock.GetUtcNow().UtcDateTime,
            Properties = run.ProcessId is { } id ? [new ResourcePropertySnapshot("executable.pid", id)] : [],
            HealthReports = [.. HealthMonitor.KeysOf(_resource).Select(key => new HealthReportSnapshot(key, null, null, null))],
        });
        _started.TrySetResult(true);

        using var over = new CancellationTokenSource();
        var watching = _support.Health.WatchAsync(_resource, over.Token);
        try
        {
            await run.Exited.WaitAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            await PublishAsync(KnownResourceStates.Stopping, snapshot => snapshot);
            await run.StopAsync();
        }

        await over.CancelAsync();
        await watching;
        var code = await run.Exited;
        await PublishAsync(
            code == 0 && !_stop.IsCancellationRequested ? KnownResourceStates.Finished : KnownResourceStates.Exited,
            snapshot => snapshot with
            {
                ExitCode = code,
                StopTimeStamp = _support.Clock.GetUtcNow().UtcDateTime,
                Properties = [],
            });
    }

    private Task PublishAsync(string state, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        Volatile.Write(ref _isOver, KnownResourceStates.TerminalStates.Contains(state)); // before anybody can hear of it
        return _support.Notifications.PublishUpdateAsync(
            _resource, snapshot => change(snapshot) with { State = new ResourceStateSnapshot(state, null) });
    }
}
