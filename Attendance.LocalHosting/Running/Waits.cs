using Attendance.LocalHosting.ApplicationModel;

namespace Attendance.LocalHosting.Running;

/// <summary>What must be so before a resource may start.</summary>
internal sealed class Waits(ResourceNotificationService notifications)
{
    public Task WaitAsync(IResource resource, CancellationToken cancellationToken) => Task.WhenAll(
        resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Type switch
        {
            WaitType.UntilStarted => notifications.WaitForResourceAsync(wait.Dependency.Name, KnownResourceStates.Running, cancellationToken),
            WaitType.UntilCompleted => WaitForCompletionAsync(resource, wait, cancellationToken),
            _ => notifications.WaitForResourceHealthyAsync(wait.Dependency.Name, cancellationToken),
        }));

    private async Task WaitForCompletionAsync(IResource resource, WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var end = await notifications.WaitForResourceAsync(
            wait.Dependency.Name,
            change => change.Snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text),
            cancellationToken);
        if (end.Snapshot.ExitCode != wait.ExitCode)
        {
            throw new DistributedApplicationException(
                $"'{resource.Name}' needs '{wait.Dependency.Name}' to end with exit code {wait.ExitCode}, "
                + $"but it ended as {end.Snapshot.State!.Text} with {end.Snapshot.ExitCode?.ToString() ?? "none"}.");
        }
    }
}
