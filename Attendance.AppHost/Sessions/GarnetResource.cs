/// <summary>The project Attendance.SessionStore as a resource that others refer to by its connection string.</summary>
internal sealed class GarnetResource(string name, ParameterResource password) : ProjectResource(name), IResourceWithConnectionString
{
    public const string EndpointName = "tcp";

    public ReferenceExpression ConnectionStringExpression => RedisConnection.Of(this.GetEndpoint(EndpointName), password);
}
