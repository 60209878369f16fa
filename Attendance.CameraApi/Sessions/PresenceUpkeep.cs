using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Sessions;

/// <summary>At the end: first all leases are released, then the sockets are closed. A page that hangs is waited for no longer
/// than a moment, so that one that does not confirm a release keeps nothing.</summary>
internal sealed class PresenceUpkeep(Presence presence, PresenceSockets sockets, CameraLeases leases, TimeProvider clock) : IHostedLifecycleService
{
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(1);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        presence.Listen();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the server stops, which would wait for every socket.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var released = leases.CloseAsync();
        await Task.WhenAny(released, Task.Delay(s_moment, clock, CancellationToken.None));
        await sockets.CloseAsync();
        await released;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
