using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Xunit.Sdk;

namespace Attendance.Tests.LocalHosting;

/// <summary>What the tests of the stand-in say often.</summary>
internal static class AppModel
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly ConditionalWeakTable<ITest, CancellationTokenSource> s_bounds = [];

    /// <summary>The running test's own end: nothing here is waited for longer than a minute.</summary>
    public static CancellationToken Cancel => s_bounds.GetValue(TestContext.Current.Test!, _ =>
    {
        var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(s_patience);
        return bound;
    }).Token;

    public static IResourceBuilder<ExecutableResource> AddShell(this IDistributedApplicationBuilder builder, string name, string script) =>
        builder.AddExecutable(name, "/bin/sh", "/", "-c", script);

    public static async Task<DistributedApplication> StartAsync(this IDistributedApplicationTestingBuilder builder)
    {
        var app = await builder.BuildAsync(Cancel);
        await app.StartAsync(Cancel);
        return app;
    }

    public static int ProcessId(this ResourceEvent change) =>
        (int)change.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value!;

    public static async Task<int> RunningProcessAsync(this DistributedApplication app, string resource)
    {
        var running = await app.ResourceNotifications.WaitForResourceAsync(
            resource, change => change.Snapshot.State?.Text == KnownResourceStates.Running, Cancel);
        return running.ProcessId();
    }

    /// <summary>All that the resource has written up to the line that is <paramref name="last"/>.</summary>
    public static async Task<List<string>> OutputAsync(this DistributedApplication app, string resource, string last)
    {
        var lines = new List<string>();
        await foreach (var batch in app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(resource, Cancel))
        {
            foreach (var line in batch)
            {
                lines.Add(line.Content);
                if (line.Content == last)
                {
                    return lines;
                }
            }
        }

        return lines;
    }

    public static bool IsAlive(int processId)
    {
        try
        {
            // What is dead but not yet collected by its parent still has an id.
            return !File.ReadAllText($"/proc/{processId}/stat").Split(')')[^1].TrimStart().StartsWith('Z');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static async Task<TimeSpan> UntilAsync(Func<bool> condition, TimeSpan atMost, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < atMost, $"{what} within {atMost}");
            await Task.Delay(20, Cancel);
        }

        return watch.Elapsed;
    }
}
