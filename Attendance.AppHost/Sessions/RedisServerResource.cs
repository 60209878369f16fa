/// <summary>A server program on this machine that is configured by a <c>redis.conf</c>.</summary>
internal sealed class RedisServerResource(string name, string program, string workingDirectory, ParameterResource password)
    : ExecutableResource(name, program, workingDirectory), IResourceWithConnectionString
{
    public const string EndpointName = "tcp";

    public ReferenceExpression ConnectionStringExpression => RedisConnection.Of(this.GetEndpoint(EndpointName), password);
}

/// <summary>Creates the connection string by which StackExchange.Redis connects to a store.</summary>
internal static class RedisConnection
{
    public static ReferenceExpression Of(EndpointReference endpoint, ParameterResource password) =>
        ReferenceExpression.Create($"{endpoint.Property(EndpointProperty.IPV4Host)}:{endpoint.Property(EndpointProperty.Port)},password={password}");
}
