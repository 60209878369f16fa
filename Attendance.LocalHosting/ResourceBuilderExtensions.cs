using Attendance.LocalHosting.ApplicationModel;

namespace Attendance.LocalHosting;

/// <summary>What a resource is given, and what it waits for.</summary>
public static class ResourceBuilderExtensions
{
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment => builder.With(new EnvironmentAnnotation(name, _ => ValueTask.FromResult(value)));

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment => builder.With(new EnvironmentAnnotation(name, parameter.Resource.GetValueAsync));

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, EndpointReference endpoint)
        where T : IResourceWithEnvironment => builder.With(new EnvironmentAnnotation(name, endpoint.GetValueAsync));

    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params string[] args) where T : IResourceWithArgs
    {
        foreach (var argument in args)
        {
            builder.With(new ArgumentAnnotation(argument));
        }

        return builder;
    }

    /// <summary>Gives the connection string as <c>ConnectionStrings__name</c>, and its parts one by one where they are known.</summary>
    public static IResourceBuilder<T> WithReference<T>(
        this IResourceBuilder<T> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null,
        bool optional = false)
        where T : IResourceWithEnvironment
    {
        var name = connectionName ?? source.Resource.Name;
        builder.With(new RelationshipAnnotation(source.Resource));
        builder.With(new EnvironmentAnnotation(source.Resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}", async cancellationToken =>
            await source.Resource.GetConnectionStringAsync(cancellationToken) is { Length: > 0 } value || optional
                ? await source.Resource.GetConnectionStringAsync(cancellationToken)
                : throw new DistributedApplicationException($"The connection string of '{source.Resource.Name}' is empty.")));
        if (source.Resource is RedisResource redis)
        {
            var prefix = VariableOf(name);
            builder.With(Part("HOST", _ => redis.PrimaryEndpoint.Host));
            builder.With(Part("PORT", _ => redis.PrimaryEndpoint.Port));
            builder.With(Part("PASSWORD", password => password));
            builder.With(Part("URI", password =>
                $"redis://:{Uri.EscapeDataString(password ?? "")}@{redis.PrimaryEndpoint.Host}:{redis.PrimaryEndpoint.Port}"));

            EnvironmentAnnotation Part(string part, Func<string?, object?> value) => new(
                $"{prefix}_{part}",
                async cancellationToken => value(await redis.PasswordParameter.GetValueAsync(cancellationToken))?.ToString());
        }

        return builder;
    }

    /// <summary>Gives the addresses as service discovery reads them, and in plain variables.</summary>
    public static IResourceBuilder<T> WithReference<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where T : IResourceWithEnvironment
    {
        builder.With(new RelationshipAnnotation(source.Resource));
        foreach (var endpoint in source.Resource.Annotations.OfType<EndpointAnnotation>())
        {
            var reference = new EndpointReference(source.Resource, endpoint.Name);
            builder.WithEnvironment($"services__{source.Resource.Name}__{endpoint.Name}__0", reference);
            builder.WithEnvironment($"{VariableOf(source.Resource.Name)}_{VariableOf(endpoint.Name)}", reference);
        }

        return builder;
    }

    /// <summary>Starts only when the other one is healthy and its ready handlers are done.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.With(new WaitAnnotation(dependency.Resource, WaitType.UntilHealthy));

    /// <summary>Starts only when the other one runs.</summary>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.With(new WaitAnnotation(dependency.Resource, WaitType.UntilStarted));

    /// <summary>Starts only when the other one has done its work.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport =>
        builder.With(new WaitAnnotation(dependency.Resource, WaitType.UntilCompleted, exitCode));

    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder) where T : IResource =>
        builder.With(new ExplicitStartAnnotation());

    /// <summary>A check registered with <c>builder.Services.AddHealthChecks()</c> decides whether the resource is healthy.</summary>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key) where T : IResource =>
        builder.With(new HealthCheckAnnotation(key));

    internal static IResourceBuilder<T> With<T>(this IResourceBuilder<T> builder, object annotation) where T : IResource
    {
        builder.Resource.Annotations.Add(annotation);
        return builder;
    }

    private static string VariableOf(string name) => name.Replace('-', '_').ToUpperInvariant();
}
