using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Running;

namespace Attendance.LocalHosting;

public static class ProjectBuilderExtensions
{
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, launchProfileName: null);

    /// <summary>A project of the solution, with what its launch profile says: addresses and variables.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new()
    {
        var metadata = new TProject();
        var project = builder.AddResource(new ProjectResource(name));
        var profile = LaunchProfile.Find(metadata.ProjectPath, launchProfileName ?? builder.Configuration["DOTNET_LAUNCH_PROFILE"]);
        project.With(new ProjectAnnotation(metadata, profile?.Name));
        foreach (var address in profile?.Addresses ?? [])
        {
            project.With(new EndpointAnnotation(address.Scheme, address.Scheme, address.Port));
        }

        foreach (var (variable, value) in profile?.EnvironmentVariables ?? new Dictionary<string, string>())
        {
            project.WithEnvironment(variable, value);
        }

        return project;
    }

    /// <summary>Any program. Its guardian ends it when this process is gone.</summary>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args) =>
        builder.AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory)))
            .WithArgs(args ?? []);

    /// <summary>Called once each time the resource has become healthy after a start; who waits for the resource, waits for it too.</summary>
    public static IResourceBuilder<T> OnResourceReady<T>(
        this IResourceBuilder<T> builder, Func<T, ResourceReadyEvent, CancellationToken, Task> callback)
        where T : IResource =>
        builder.With(new ReadyAnnotation(cancellationToken =>
            callback(builder.Resource, new ResourceReadyEvent(builder.Resource), cancellationToken)));
}

public sealed record ResourceReadyEvent(IResource Resource);
