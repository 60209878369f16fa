using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Dashboard.Telemetry;
using Attendance.LocalHosting.Running;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.LocalHosting.Dashboard.Site;

internal sealed record CheckView(string Name, string Status, string? Text);

internal sealed record AddressView(string Url, string Text, bool IsLink);

internal sealed record CommandView(
    string Name, string Text, string? Description, string? Confirmation, bool IsHighlighted, bool IsEnabled);

/// <param name="Tone">How good that is: good, busy, warn, bad or quiet.</param>
/// <param name="Errors">Error logs that nobody has looked at yet.</param>
internal sealed record ResourceView(
    string Name, string Type, string State, string Tone, IReadOnlyList<CheckView> Checks, IReadOnlyList<AddressView> Addresses,
    DateTime? Started, object? ProcessId, int? ExitCode, int Errors, IReadOnlyList<CommandView> Commands);

/// <summary>The resources as the dashboard shows them. What they are configured with is left out: secrets are among it.</summary>
internal sealed class ResourceList(
    IReadOnlyList<IResource> model, ResourceNotificationService notifications, LogStore logs, IServiceProvider services)
{
    public IReadOnlyList<ResourceView> All => [.. model.Where(resource => resource is not ParameterResource).Select(View)];

    private static string[] Stopped => [KnownResourceStates.NotStarted, KnownResourceStates.Waiting, .. KnownResourceStates.TerminalStates];

    public bool Contains(string name) =>
        model.Any(resource => resource is not ParameterResource && resource.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private ResourceView View(IResource resource)
    {
        var snapshot = notifications.TryGetCurrentState(resource.Name, out var latest) ? latest!.Snapshot : null;
        var state = snapshot?.State?.Text ?? KnownResourceStates.NotStarted;
        return new ResourceView(
            resource.Name,
            snapshot?.ResourceType ?? resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
            snapshot?.HealthStatus is { } health and not HealthStatus.Healthy ? $"{state} ({health})" : state,
            ToneOf(state, snapshot),
            [.. (snapshot?.HealthReports ?? []).Select(report => new CheckView(
                report.Name, report.Status?.ToString() ?? "Not checked yet", report.Description ?? report.ExceptionText))],
            [.. ResourceAddress.Of(resource).Select(address => new AddressView(
                address.Url, address.Text ?? address.Url, address.Url.StartsWith("http", StringComparison.Ordinal)))],
            snapshot?.StartTimeStamp,
            snapshot?.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value,
            snapshot?.ExitCode,
            logs.UnseenErrors(resource.Name),
            [.. CommandsOf(resource, state, snapshot)]);
    }

    private static string ToneOf(string state, CustomResourceSnapshot? snapshot) => snapshot?.HealthStatus switch
    {
        HealthStatus.Healthy => "good",
        not null when snapshot.Ready is null => "busy", // it has only just started
        not null => "warn",
        _ when state == KnownResourceStates.FailedToStart || snapshot?.ExitCode is not (null or 0) => "bad",
        _ when Stopped.Contains(state) && state != KnownResourceStates.Waiting => "quiet",
        _ => "busy",
    };

    private IEnumerable<CommandView> CommandsOf(IResource resource, string state, CustomResourceSnapshot? snapshot)
    {
        var isStopped = Stopped.Contains(state);
        yield return new CommandView("start", "Start", null, null, false, isStopped);
        yield return new CommandView("stop", "Stop", null, null, false, state == KnownResourceStates.Waiting || !isStopped);
        yield return new CommandView("restart", "Restart", null, null, false, state == KnownResourceStates.Running);
        foreach (var command in resource.Annotations.OfType<CommandAnnotation>())
        {
            var can = command.Options.UpdateState is null || snapshot is null
                ? ResourceCommandState.Enabled
                : command.Options.UpdateState(new UpdateCommandStateContext { ResourceSnapshot = snapshot, ServiceProvider = services });
            if (can != ResourceCommandState.Hidden)
            {
                yield return new CommandView(
                    command.Name, command.DisplayName, command.Options.Description, command.Options.ConfirmationMessage,
                    command.Options.IsHighlighted, can == ResourceCommandState.Enabled);
            }
        }
    }
}
