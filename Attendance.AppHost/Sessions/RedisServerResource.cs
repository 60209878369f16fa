/// <summary>A program that understands a <c>redis.conf</c>, run on this machine.</summary>
internal sealed class RedisServerResource(string name, string program, string workingDirectory, ParameterResource password)
    : ExecutableResource(name, program, workingDirectory), IResourceWithConnectionString
{
    public const string EndpointName = "tcp";

    public ReferenceExpression ConnectionStringExpression => RedisConnection.Of(this.GetEndpoint(EndpointName), password);
}

/// <summary>How StackExchange.Redis is told where a store is.</summary>
internal static class RedisConnection
{
    public static ReferenceExpression Of(EndpointReference endpoint, ParameterResource password) =>
        ReferenceExpression.Create($"{endpoint.Property(EndpointProperty.IPV4Host)}:{endpoint.Property(EndpointProperty.Port)},password={password}");
}
