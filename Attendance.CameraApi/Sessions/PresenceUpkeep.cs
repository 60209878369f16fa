using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Sessions;

/// <summary>At shutdown, releases all leases first and then closes the sockets. It waits at most 1 s for pages to confirm before
/// it closes the sockets, so a page that hangs cannot keep its camera.</summary>
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

    /// <summary>Runs before the server stops, because the server would wait for every open socket.</summary>
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
