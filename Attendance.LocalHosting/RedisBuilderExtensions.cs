using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.LocalHosting;

public static class RedisBuilderExtensions
{
    /// <summary>
    /// A Garnet server in this process, or a <c>redis-server</c> where configuration <c>Redis:Command</c> names one.
    /// It listens on loopback and wants a password.
    /// </summary>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder,
        string name,
        int? port = null,
        IResourceBuilder<ParameterResource>? password = null)
    {
        password ??= builder.AddParameter(
            $"{name}-password", new GenerateParameterDefault { Special = false }, secret: true, persist: true);
        var redis = new RedisResource(name, password.Resource);
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().Add(
            new HealthCheckRegistration(key, _ => new RedisHealthCheck(redis), failureStatus: null, tags: null));
        return builder.AddResource(redis)
            .With(new EndpointAnnotation(RedisResource.EndpointName, "tcp", port))
            .WithHealthCheck(key);
    }

    /// <summary>The data stays in the AppHost's data folder.</summary>
    public static IResourceBuilder<RedisResource> WithDataVolume(
        this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.With(new DataAnnotation());

    /// <summary>Every write goes to an append-only file, whatever the interval: that is at least as safe as what was asked.</summary>
    public static IResourceBuilder<RedisResource> WithPersistence(
        this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1) =>
        builder.With(new DataAnnotation());
}
