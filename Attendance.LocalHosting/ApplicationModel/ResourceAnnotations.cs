namespace Attendance.LocalHosting.ApplicationModel;

/// <summary>Where a resource listens. The port is what was asked for; the allocated one is what it got for this run.</summary>
internal sealed class EndpointAnnotation(string name, string scheme, int? port, string? portVariable = null)
{
    public string Name => name;

    public string Scheme => scheme;

    public int? Port => port;

    /// <summary>The environment variable in which the resource wants to be told its port, if it does.</summary>
    public string? PortVariable => portVariable;

    public bool IsExternal { get; set; }

    public int? AllocatedPort { get; set; }
}

internal sealed record ProjectAnnotation(IProjectMetadata Metadata, string? LaunchProfileName);

internal sealed record EnvironmentAnnotation(string Name, Func<CancellationToken, ValueTask<string?>> Value);

internal sealed record ArgumentAnnotation(string Value);

internal sealed record HealthCheckAnnotation(string Key);

internal sealed record DataAnnotation;

internal sealed record ExplicitStartAnnotation;

/// <summary>The resource uses the other one: it stops before it.</summary>
internal sealed record RelationshipAnnotation(IResource Other);

internal enum WaitType
{
    UntilStarted,
    UntilHealthy,
    UntilCompleted,
}

internal sealed record WaitAnnotation(IResource Dependency, WaitType Type, int ExitCode = 0);

internal sealed record ReadyAnnotation(Func<CancellationToken, Task> Callback);

internal sealed record UrlAnnotation(string EndpointName, Action<ResourceUrlAnnotation> Callback);

internal sealed record CommandAnnotation(
    string Name, string DisplayName, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> Execute, CommandOptions Options);

public sealed class ResourceUrlAnnotation
{
    public required string Url { get; set; }

    public string? DisplayText { get; set; }
}
