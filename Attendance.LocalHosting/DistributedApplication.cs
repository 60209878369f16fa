using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Attendance.LocalHosting;

/// <summary>The app model, running.</summary>
public sealed class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TestRun? _test;

    internal DistributedApplication(IHost host, TestRun? test) => (_host, _test) = (host, test);

    public IServiceProvider Services => _host.Services;

    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) =>
        new DistributedApplicationBuilder(args, TestRun.Current);

    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs until told to stop. A reason not to start is printed and becomes exit code 1.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (_test is not null)
        {
            await _test.Ended; // a test starts and stops the application itself
            return;
        }

        try
        {
            await StartAsync(cancellationToken);
            await _host.WaitForShutdownAsync(cancellationToken);
        }
        catch (DistributedApplicationException reason)
        {
            await Console.Error.WriteLineAsync(reason.Message);
            Environment.ExitCode = 1;
        }
        finally
        {
            await DisposeAsync();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => _host.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        // Disposal without a stop must not leave a process either: the orchestrator stops what still runs.
        await ((IAsyncDisposable)_host).DisposeAsync();
        _test?.End();
    }
}
