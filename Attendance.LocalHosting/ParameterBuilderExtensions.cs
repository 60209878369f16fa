using Attendance.LocalHosting.ApplicationModel;

namespace Attendance.LocalHosting;

public static class ParameterBuilderExtensions
{
    /// <summary>A value that must be configured, as <c>Parameters:name</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(new ParameterResource(
            name,
            _ => Configured(builder, name) ?? throw new DistributedApplicationException(
                $"Parameter '{name}' has no value. Configure 'Parameters:{name}' (environment: Parameters__{name})."),
            secret));

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => Configured(builder, name) ?? value, secret));

    /// <summary>The configured value, else one made for this run; with <paramref name="persist"/> it stays for the next.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddResource(new ParameterResource(
            name,
            made => Configured(builder, name) ?? Make(builder, name, made ?? value, persist),
            secret) { Default = value });

    /// <summary>What must be configured as <c>ConnectionStrings:name</c>, of something that this application does not run.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null) =>
        builder.AddResource(new ConnectionStringParameterResource(
            name,
            _ => ValueOf(builder, $"ConnectionStrings:{name}") ?? throw new DistributedApplicationException(
                $"Connection string '{name}' has no value. Configure 'ConnectionStrings:{name}' (environment: ConnectionStrings__{name})."),
            environmentVariableName));

    private static string? Configured(IDistributedApplicationBuilder builder, string name) => ValueOf(builder, $"Parameters:{name}");

    private static string? ValueOf(IDistributedApplicationBuilder builder, string key)
    {
        var value = builder.Configuration[key] ?? (builder as DistributedApplicationBuilder)?.UserSecrets?.Read(key);
        return string.IsNullOrEmpty(value) ? null : value;
    }

    private static string Make(IDistributedApplicationBuilder builder, string name, ParameterDefault source, bool persist)
    {
        var value = source.GetDefaultValue();
        if (persist)
        {
            (builder as DistributedApplicationBuilder)?.UserSecrets?.Write($"Parameters:{name}", value);
        }

        return value;
    }
}
