using Attendance.LocalHosting.ApplicationModel;

namespace Attendance.LocalHosting.Running;

/// <summary>A resource and its lives, of which at most one is not over. Commands to it are carried out one after the other.</summary>
internal sealed class ResourceRun(IResource resource, LifeSupport support) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ResourceLife? _life;

    public IResource Resource => resource;

    /// <summary>With the application. Nobody waits here: the resource does, for what it depends on.</summary>
    public async Task BeginAsync()
    {
        if (resource.Annotations.OfType<ExplicitStartAnnotation>().Any())
        {
            await support.Notifications.PublishUpdateAsync(
                resource, snapshot => snapshot with { State = new ResourceStateSnapshot(KnownResourceStates.NotStarted, null) });
        }
        else
        {
            _life = ResourceLife.Begin(resource, support);
        }
    }

    public Task<ExecuteCommandResult> StartAsync(CancellationToken cancellationToken) =>
        InTurnAsync(() => StartNowAsync(cancellationToken), cancellationToken);

    public Task<ExecuteCommandResult> StopAsync(CancellationToken cancellationToken) =>
        InTurnAsync(StopNowAsync, cancellationToken);

    public Task<ExecuteCommandResult> RestartAsync(CancellationToken cancellationToken) => InTurnAsync(
        async () =>
        {
            await StopNowAsync();
            return await StartNowAsync(cancellationToken);
        },
        cancellationToken);

    public void Dispose()
    {
        _life?.Dispose();
        _turn.Dispose();
    }

    private async Task<ExecuteCommandResult> StartNowAsync(CancellationToken cancellationToken)
    {
        if (_life is { IsOver: true })
        {
            await _life.Ended;
        }

        if (_life is null || _life.Ended.IsCompleted)
        {
            _life?.Dispose();
            _life = ResourceLife.Begin(resource, support);
        }
        else if (_life.Started.IsCompleted)
        {
            return CommandResults.Success($"'{resource.Name}' runs already.");
        }

        _life.WaitNoMore();
        return await _life.Started.WaitAsync(cancellationToken)
            ? CommandResults.Success()
            : CommandResults.Failure($"'{resource.Name}' did not start; its log says why.");
    }

    private async Task<ExecuteCommandResult> StopNowAsync()
    {
        await (_life?.StopAsync() ?? Task.CompletedTask);
        return CommandResults.Success();
    }

    private async Task<ExecuteCommandResult> InTurnAsync(Func<Task<ExecuteCommandResult>> act, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await act();
        }
        finally
        {
            _turn.Release();
        }
    }
}
