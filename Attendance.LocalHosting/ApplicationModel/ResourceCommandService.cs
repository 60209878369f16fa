using Attendance.LocalHosting.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Attendance.LocalHosting.ApplicationModel;

/// <summary>Carries out a resource's commands: start, stop, restart, and what the app model adds.</summary>
public sealed class ResourceCommandService(IServiceProvider services)
{
    public Task<ExecuteCommandResult> ExecuteCommandAsync(
        IResource resource, string commandName, CancellationToken cancellationToken = default) =>
        ExecuteCommandAsync(resource.Name, commandName, cancellationToken);

    public async Task<ExecuteCommandResult> ExecuteCommandAsync(
        string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        // Asked for when used: the orchestrator itself needs the services that commands are called through.
        if (services.GetRequiredService<Orchestrator>().Find(resourceId) is not { } run)
        {
            return CommandResults.Failure($"There is no resource '{resourceId}'.");
        }

        try
        {
            return commandName switch
            {
                "start" => await run.StartAsync(cancellationToken),
                "stop" => await run.StopAsync(cancellationToken),
                "restart" => await run.RestartAsync(cancellationToken),
                _ => await ExecuteOwnAsync(run.Resource, commandName, cancellationToken),
            };
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return CommandResults.Failure(error.Message);
        }
    }

    private async Task<ExecuteCommandResult> ExecuteOwnAsync(
        IResource resource, string commandName, CancellationToken cancellationToken)
    {
        var command = resource.Annotations.OfType<CommandAnnotation>().FirstOrDefault(known => known.Name == commandName);
        return command is null
            ? CommandResults.Failure($"Resource '{resource.Name}' has no command '{commandName}'.")
            : await command.Execute(new ExecuteCommandContext
            {
                ServiceProvider = services,
                ResourceName = resource.Name,
                CancellationToken = cancellationToken,
            });
    }
}
