using Attendance.LocalHosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Attendance.LocalHosting.Running;

/// <summary>Starts one run of a resource.</summary>
internal sealed class Launcher(
    ResourceEnvironment environment, ResourceLoggerService logs, IConfiguration configuration, RunSettings settings)
{
    public async Task<IRunning> LaunchAsync(IResource resource, CancellationToken cancellationToken)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            EndpointPorts.RequireFree(resource, endpoint);
        }

        return resource switch
        {
            ProjectResource project => await LaunchAsync(project, cancellationToken),
            ExecutableResource executable => await LaunchAsync(
                executable, executable.Command, executable.WorkingDirectory, guarded: true, cancellationToken),
            RedisResource redis => await LaunchAsync(redis, cancellationToken),
            _ => throw new DistributedApplicationException($"Resource '{resource.Name}' is nothing that could be started."),
        };
    }

    private Task<IRunning> LaunchAsync(ProjectResource project, CancellationToken cancellationToken)
    {
        var metadata = project.Annotations.OfType<ProjectAnnotation>().Single().Metadata;
        var executable = Path.ChangeExtension(metadata.TargetPath, OperatingSystem.IsWindows() ? ".exe" : null);
        if (!File.Exists(executable))
        {
            throw new DistributedApplicationException($"'{executable}' of resource '{project.Name}' is not there. Build the AppHost again.");
        }

        // Its own folder is where ASP.NET looks for its settings and static files.
        return LaunchAsync(project, executable, Path.GetDirectoryName(metadata.ProjectPath)!, guarded: false, cancellationToken);
    }

    private async Task<IRunning> LaunchAsync(
        IResource resource, string command, string folder, bool guarded, CancellationToken cancellationToken) =>
        await ChildProcess.StartAsync(
            new ProcessSpec(
                command,
                [.. resource.Annotations.OfType<ArgumentAnnotation>().Select(argument => argument.Value)],
                folder,
                await environment.EvaluateAsync(resource, cancellationToken),
                guarded),
            (line, isError) => logs.Write(resource.Name, line, isError),
            cancellationToken);

    private async Task<IRunning> LaunchAsync(RedisResource redis, CancellationToken cancellationToken)
    {
        var durable = redis.Annotations.OfType<DataAnnotation>().Any();
        var folder = Path.Combine(settings.DataDirectory, redis.Name);
        var port = redis.PrimaryEndpoint.Port;
        var password = (await redis.PasswordParameter.GetValueAsync(cancellationToken))!;
        if (configuration["Redis:Command"] is not { Length: > 0 } command)
        {
            return await GarnetInstance.StartAsync(port, password, durable ? OwnersFolder(folder) : null);
        }

        var file = RedisServer.WriteConfiguration(OwnersFolder(folder), port, password, durable);
        return await ChildProcess.StartAsync(
            new ProcessSpec(command, [file], folder, await environment.EvaluateAsync(redis, cancellationToken), Guarded: true),
            (line, isError) => logs.Write(redis.Name, line, isError),
            cancellationToken);
    }

    private static string OwnersFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }
}
