using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Ends this process when the one that started it is gone, however it went: a parent that asks for it holds the
/// writing end of our standard input, and the kernel closes that end when the parent dies.
/// </summary>
internal sealed partial class ExitWithParent(IHostApplicationLifetime lifetime, ILogger<ExitWithParent> logger) : IHostedService
{
    public const string Key = "Host:ExitWithParent";

    /// <summary>A parent that was killed must leave nothing behind after 2 s; what has not stopped by then, is stopped.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: a read of standard input cannot be cancelled and must not hold a pool thread.
        new Thread(Watch) { IsBackground = true, Name = "exit with parent" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        while (input.Read(buffer) > 0)
        {
        }

        if (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            LogParentGone();
            lifetime.StopApplication();
            lifetime.ApplicationStopped.WaitHandle.WaitOne(s_patience);
            Environment.Exit(0);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The process that started this one is gone; stopping")]
    private partial void LogParentGone();
}

internal static class ExitWithParentRegistration
{
    public static void AddExitWithParent(this IHostApplicationBuilder builder)
    {
        if (string.Equals(builder.Configuration[ExitWithParent.Key], "true", StringComparison.OrdinalIgnoreCase))
        {
            builder.Services.AddHostedService<ExitWithParent>();
        }
    }
}
