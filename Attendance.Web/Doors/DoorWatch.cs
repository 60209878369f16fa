using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Attendance.Web.Forwarding;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Doors;

/// <summary>
/// Keeps a post at each door that somebody watches. Each process of Web does. Of several, camera-api lends the camera to one, exclusively,
/// and the others go on asking: so one of them watches, and another one goes on when that one is gone. No election is needed.
/// </summary>
internal sealed partial class DoorWatch(
    IServiceScopeFactory scopes, CameraLending lending, DoorRecognition recognition, DoorStates states, IOptions<DoorOptions> options, TimeProvider clock, ILoggerFactory loggers)
    : BackgroundService
{
    private readonly ILogger _logger = loggers.CreateLogger<DoorWatch>();
    private readonly Dictionary<Guid, Posted> _posts = [];
    private readonly RepeatedFailure _failure = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var changed = states.Changed; // before reading, so that nothing that changes meanwhile is missed
                await TryArrangeAsync(stoppingToken);
                await Task.WhenAny(changed, Task.Delay(options.Value.LookEvery, clock, stoppingToken));
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Web stops.
        }
        finally
        {
            await EndAsync([.. _posts.Keys]);
        }
    }

    private async Task TryArrangeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ArrangeAsync(cancellationToken);
            _failure.IsOver();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested) // whatever it is: it must not stop Web, and the posts of before stay
        {
            if (_failure.IsNew(exception))
            {
                LogUnknown(_logger, exception.GetType().Name);
            }
        }
    }

    private async Task ArrangeAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var watched = (await scope.ServiceProvider.GetRequiredService<DoorStore>().ListAsync(cancellationToken)).Where(door => door.IsWatched).ToDictionary(door => door.Id);
        await EndAsync([.. _posts.Keys.Where(id => !watched.ContainsKey(id))]);
        foreach (var door in watched.Values.Where(door => !_posts.ContainsKey(door.Id)))
        {
            _posts.Add(door.Id, Begin(door));
        }
    }

    private Posted Begin(Door door)
    {
        var stop = new CancellationTokenSource();
        var post = new DoorPost(door, lending, recognition, states, options.Value, clock, loggers.CreateLogger<DoorPost>());
        return new(Task.Run(() => post.RunAsync(stop.Token)), stop);
    }

    /// <summary>Ends posts, and waits until their cameras are given back.</summary>
    private async Task EndAsync(IReadOnlyList<Guid> doors)
    {
        foreach (var id in doors)
        {
            await _posts[id].Stop.CancelAsync();
        }

        foreach (var id in doors)
        {
            _posts.Remove(id, out var post);
            await post!.Work;
            post.Stop.Dispose();
        }
    }

    private sealed record Posted(Task Work, CancellationTokenSource Stop);

    [LoggerMessage(LogLevel.Warning, "Which doors are watched cannot be read now, and is read again: {Error}")]
    private static partial void LogUnknown(ILogger logger, string error);
}
