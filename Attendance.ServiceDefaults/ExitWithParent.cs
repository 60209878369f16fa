using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Attendance.ServiceDefaults;

/// <summary>Stops the host when a process that it was started for has ended; see <see cref="ParentProcess"/>.</summary>
internal sealed partial class ExitWithParent(IHostApplicationLifetime lifetime, ILogger<ExitWithParent> logger) : IHostedService
{
    /// <summary>
    /// How long the host may take to stop before the process exits. A worker whose driver hangs ends with its API, so no camera is open after 3 s.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        ParentProcess.OnGone(Stop);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Stop()
    {
        LogParentGone();
        lifetime.StopApplication();
        lifetime.ApplicationStopped.WaitHandle.WaitOne(s_patience);
        Environment.Exit(0);
    }

    [LoggerMessage(LogLevel.Warning, "The AppHost or the process that started this one is gone; stopping")]
    private partial void LogParentGone();
}
