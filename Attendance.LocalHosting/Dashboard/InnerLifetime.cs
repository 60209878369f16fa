using Microsoft.Extensions.Hosting;

namespace Attendance.LocalHosting.Dashboard;

/// <summary>A server within the AppHost's process ends when it is told to: signals are the AppHost's alone.</summary>
internal sealed class InnerLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
