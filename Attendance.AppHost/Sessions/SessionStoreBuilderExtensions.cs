using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

#pragma warning disable ASPIRECERTIFICATES001 // Aspire calls its handling of certificates experimental

/// <summary>
/// Adds the session store, in which camera-api keeps track of who holds which camera. Any server that speaks the Redis protocol works.
/// </summary>
internal static class SessionStoreBuilderExtensions
{
    private const string ServerKey = "Sessions:Server";
    private const string PortKey = "Sessions:Port";
    private const string Garnet = "garnet", Container = "container";

    /// <summary>
    /// Adds the session store as one resource with a health check, in one of four ways:
    /// <list type="bullet">
    /// <item><c>ConnectionStrings:{name}</c> is set: the server that it names is used.</item>
    /// <item><c>Sessions:Server=container</c>: Redis runs in a container, which needs a container engine. A manifest uses this too.</item>
    /// <item><c>Sessions:Server=redis-server</c>, <c>valkey-server</c> or the path of such a program: that program is run.</item>
    /// <item>Otherwise (<c>garnet</c>): Garnet from Attendance.SessionStore is run, for which nothing has to be installed.</item>
    /// </list>
    /// The last three keep their data in <paramref name="dataFolder"/> or in a volume, and require a generated password.
    /// </summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddSessionStore(
        this IDistributedApplicationBuilder builder, string name, string dataFolder)
    {
        if (builder.Configuration.GetConnectionString(name) is { Length: > 0 })
        {
            return builder.AddConnectionString(name).WithPing();
        }

        var password = builder.AddParameter($"{name}-password", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true)
            .WithDescription("The password of the session store. Generated at the first start and kept in the user secrets.");
        var port = Port.Read(builder.Configuration, PortKey);
        var server = builder.Configuration[ServerKey] is { Length: > 0 } configured ? configured : Garnet;
        if (server == Container || builder.ExecutionContext.IsPublishMode)
        {
            return builder.AddRedis(name, port, password)
                .WithoutHttpsCertificate() // it listens on loopback only, and a development certificate is rarely trusted on Linux
                .WithDataVolume()
                .WithPersistence();
        }

        var resource = server == Garnet
            ? builder.AddGarnet(name, password.Resource, port, dataFolder)
            : builder.AddRedisServer(name, server, password.Resource, port, dataFolder);
        return resource.WithPing();
    }

    private static IResourceBuilder<IResourceWithConnectionString> AddGarnet(
        this IDistributedApplicationBuilder builder, string name, ParameterResource password, int? port, string dataFolder) =>
        builder.AddResource(new GarnetResource(name, password))
            .WithAnnotation(new Projects.Attendance_SessionStore())
            .WithExitWithParent()
            .WithIconName("Database")
            .WithEndpoint(port, name: GarnetResource.EndpointName, scheme: "tcp", env: "SessionStore__Port")
            .WithEnvironment("SessionStore__Password", password)
            .WithEnvironment("SessionStore__DataFolder", dataFolder);

    private static IResourceBuilder<IResourceWithConnectionString> AddRedisServer(
        this IDistributedApplicationBuilder builder, string name, string program, ParameterResource password, int? port, string dataFolder)
    {
        var configuration = new RedisConfiguration(dataFolder);
        return builder.AddResource(new RedisServerResource(name, program, builder.AppHostDirectory, password))
            .WithIconName("Database")
            .WithEndpoint(port, name: RedisServerResource.EndpointName, scheme: "tcp")
            .WithArgs(context =>
            {
                var resource = (RedisServerResource)context.Resource;
                context.Args.Add(configuration.File);
                context.Args.Add("--port");
                context.Args.Add(resource.GetEndpoint(RedisServerResource.EndpointName).Property(EndpointProperty.TargetPort));
            })
            .OnBeforeResourceStarted(async (resource, _, cancellationToken) =>
            {
                Programs.Require(resource.Command, $"install it (Debian: apt-get install redis-server), or set {ServerKey} to another server");
                await configuration.WriteAsync(await password.GetValueAsync(cancellationToken), cancellationToken);
            });
    }

    /// <summary>Shows in the dashboard whether the store answers, and lets other resources wait for it.</summary>
    private static IResourceBuilder<T> WithPing<T>(this IResourceBuilder<T> store) where T : IResourceWithConnectionString
    {
        var key = $"{store.Resource.Name}-ping";
        store.ApplicationBuilder.Services.AddHealthChecks().Add(new(key, _ => new SessionStorePing(store.Resource), failureStatus: null, tags: null));
        return store.WithHealthCheck(key);
    }
}
