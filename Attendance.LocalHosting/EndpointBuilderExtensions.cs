using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.LocalHosting;

/// <summary>Where a resource listens, and what is told of it.</summary>
public static class EndpointBuilderExtensions
{
    /// <summary>Nothing stands between a client and the resource, so the port it listens on is the port that is asked for.</summary>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? name = null,
        string? env = null,
        bool? isProxied = null)
        where T : IResourceWithEndpoints =>
        builder.With(new EndpointAnnotation(name ?? "http", "http", port ?? targetPort, env));

    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name) where T : IResourceWithEndpoints =>
        new(builder.Resource, name);

    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder) where T : IResourceWithEndpoints
    {
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.Scheme is "http" or "https"))
        {
            endpoint.IsExternal = true;
        }

        return builder;
    }

    public static IResourceBuilder<T> WithUrlForEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback)
        where T : IResourceWithEndpoints => builder.With(new UrlAnnotation(endpointName, callback));

    /// <summary>Healthy as long as the address answers as expected.</summary>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        var endpoint = builder.Resource.HttpEndpoint(endpointName);
        var key = $"{builder.Resource.Name}_{endpoint.EndpointName}_{path ?? "/"}_{statusCode ?? 200}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key,
            services => new HttpHealthCheck(services.GetRequiredService<IHttpClientFactory>(), endpoint, path ?? "/", statusCode ?? 200),
            failureStatus: null,
            tags: null));
        return builder.WithHealthCheck(key);
    }

    /// <summary>The named endpoint, else the one that service discovery would prefer.</summary>
    internal static EndpointReference HttpEndpoint(this IResourceWithEndpoints resource, string? name)
    {
        string[] names = name is null ? ["https", "http"] : [name];
        return names.Select(candidate => new EndpointReference(resource, candidate)).FirstOrDefault(endpoint => endpoint.Exists)
            ?? throw new DistributedApplicationException(
                $"Resource '{resource.Name}' has no endpoint '{string.Join("' or '", names)}'. Give its launch profile an applicationUrl.");
    }
}
