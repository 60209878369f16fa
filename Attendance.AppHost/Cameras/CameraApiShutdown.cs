using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

/// <summary>
/// Stops the camera APIs before everything else. The orchestrator would signal all processes at the same time, more than half a second
/// after the AppHost was told to stop. They would then compete for the processor, but a camera must be free within a second.
/// </summary>
internal sealed partial class CameraApiShutdown(ResourceNotificationService resources, IReadOnlyList<ProjectResource> cameraApis) : BackgroundService, IHostedLifecycleService
{
    private const int SigTerm = 15;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The process id of each running resource. It is that of the <c>dotnet run</c> that Aspire started, which passes signals on.
    /// </summary>
    private readonly ConcurrentDictionary<IResource, int> _processes = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Signals the camera APIs and waits for their end. After the timeout, the orchestrator stops those that still run.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows()) // Windows has no such signal, so there only the orchestrator stops them
        {
            return;
        }

        var told = _processes.Values.Where(id => Kill(id, SigTerm) == 0).ToList();
        var started = Stopwatch.GetTimestamp();
        while (told.Any(IsAlive) && Stopwatch.GetElapsedTime(started) < s_patience)
        {
            await Task.Delay(s_look, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in resources.WatchAsync(stoppingToken))
        {
            if (!cameraApis.Contains(change.Resource))
            {
                continue;
            }

            if (change.Snapshot.State?.Text == KnownResourceStates.Running && ProcessId(change.Snapshot) is { } id)
            {
                _processes[change.Resource] = id;
            }
            else
            {
                _processes.TryRemove(change.Resource, out _);
            }
        }
    }

    private static int? ProcessId(CustomResourceSnapshot snapshot) => snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is { } value
        && int.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out var id) ? id : null;

    private static bool IsAlive(int processId) => Kill(processId, 0) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
