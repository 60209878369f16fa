using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Dashboard;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Attendance.LocalHosting.Running;

/// <summary>What the console shows: each resource's output behind its name, how each is doing, and where to go.</summary>
internal sealed partial class ConsoleReport(
    IReadOnlyList<IResource> model,
    ResourceLoggerService logs,
    ResourceNotificationService notifications,
    Notifications said,
    DashboardAccess dashboard,
    IHostApplicationLifetime lifetime,
    TimeProvider clock) : IHostedService, IDisposable
{
    private const string Healthy = "Healthy";

    private static readonly string[] s_colours = ["\e[36m", "\e[35m", "\e[33m", "\e[34m", "\e[32m"];

    private readonly bool _plain = Console.IsOutputRedirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private readonly IReadOnlyList<IResource> _shown = [.. model.Where(resource => resource is not ParameterResource)];
    private readonly Lock _console = new();
    private readonly CancellationTokenSource _over = new();
    private readonly long _began = clock.GetTimestamp();
    private Task _watching = Task.CompletedTask;
    private PosixSignalRegistration? _hangUp;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (dashboard.SignIn is { } address)
        {
            Say($"Dashboard: {address}");
        }

        logs.Written += OnWritten;
        said.Changed += OnSaid;
        _watching = WatchAsync();

        // A closed terminal is a wish to stop like any other.
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            lifetime.StopApplication();
        });
        lifetime.ApplicationStopping.Register(() => Say("Stopping."));
        return Task.CompletedTask;
    }

    /// <summary>Last of all, for it was first: what the resources say while they stop is still shown.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _over.CancelAsync();
        await _watching;
        logs.Written -= OnWritten;
        said.Changed -= OnSaid;
    }

    public void Dispose()
    {
        _hangUp?.Dispose();
        _over.Dispose();
    }

    private async Task WatchAsync()
    {
        var known = new Dictionary<IResource, string>();
        var waitedFor = _shown.Where(resource => !resource.Annotations.OfType<ExplicitStartAnnotation>().Any()).ToHashSet();
        try
        {
            await foreach (var change in notifications.WatchAsync(_over.Token))
            {
                var text = Describe(change.Snapshot);
                if (text is null || (known.TryGetValue(change.Resource, out var last) && last == text))
                {
                    continue;
                }

                known[change.Resource] = text;
                Write(change.Resource.Name, text);
                if (text == Healthy && waitedFor.Remove(change.Resource) && waitedFor.Count == 0)
                {
                    SayWhereToGo();
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static string? Describe(CustomResourceSnapshot snapshot) => snapshot switch
    {
        { HealthStatus: HealthStatus.Healthy } => Healthy,
        { HealthStatus: not null, Ready: not null } => "Running, but unhealthy: " + string.Join("; ", snapshot.HealthReports
            .Where(report => report.Status != HealthStatus.Healthy).Select(report => report.Description ?? report.Name)),
        { HealthStatus: not null } => null, // it has only just started
        { State.Text: var state, ExitCode: { } code } when KnownResourceStates.TerminalStates.Contains(state) =>
            string.Create(CultureInfo.InvariantCulture, $"{state} with code {code}"),
        _ => snapshot.State?.Text,
    };

    private void SayWhereToGo()
    {
        Say(string.Create(CultureInfo.InvariantCulture, $"All is up after {clock.GetElapsedTime(_began).TotalSeconds:0.0} s. Ctrl+C stops it."));
        foreach (var resource in _shown)
        {
            foreach (var address in ResourceAddress.Of(resource).Where(address => address.IsExternal || address.Text is not null))
            {
                Say($"  {address.Text ?? resource.Name}: {address.Url}");
            }
        }
    }

    private void OnSaid(Notification notification, bool isShown)
    {
        if (isShown)
        {
            var link = notification.LinkUrl is null ? "" : $" ({notification.LinkText ?? "see"}: {notification.LinkUrl})";
            Say($"! {notification.Title}: {notification.Message}{link}");
        }
    }

    private void OnWritten(string resource, LogLine line) => Write(resource, line.Content);

    private void Write(string resource, string text)
    {
        var index = _shown.ToList().FindIndex(known => known.Name == resource);
        var name = resource.PadRight(_shown.Max(known => known.Name.Length));
        Say(_plain
            ? $"{name} | {Escapes().Replace(text, "")}"
            : $"{s_colours[Math.Max(index, 0) % s_colours.Length]}{name} |\e[0m {text}");
    }

    private void Say(string line)
    {
        lock (_console)
        {
            Console.WriteLine(line);
        }
    }

    [GeneratedRegex(@"\e\[[0-9;?]*[ -/]*[@-~]")]
    private static partial Regex Escapes();
}
