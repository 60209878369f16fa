using System.Globalization;

/// <summary>Adds the camera API: one node, or several nodes to try what usually needs several machines.</summary>
internal static class CameraApiBuilderExtensions
{
    private static readonly string[] s_sections = ["Alerts", "Cameras", "Capture", "Discovery", "Leases", "Node", "Presence", "Quality", "WebRtc"];

    /// <summary>
    /// Adds as many camera APIs as <c>--nodes</c> says. The first one has the cameras that are attached to this machine.
    /// </summary>
    public static IReadOnlyList<IResourceBuilder<ProjectResource>> AddCameraApis(
        this IDistributedApplicationBuilder builder,
        IResourceBuilder<ParameterResource> apiKey,
        IResourceBuilder<IResourceWithConnectionString> sessions)
    {
        var count = NodeCount.Read(builder.Configuration);
        var first = builder.AddProject<Projects.Attendance_CameraApi>("camera-api")
            .WithEnvironment("Cameras__demo__Source", "test-pattern") // so that a machine without a camera shows a picture too
            .WithEnvironment("Cameras__demo__Name", "Demo camera")
            .WithSettings(s_sections)
            .AsCameraApi(apiKey, sessions);
        if (count == 1)
        {
            return [first];
        }

        var group = builder.AddResource(new NodeGroup("camera-apis")).WithInitialState(new()
        {
            ResourceType = "Nodes",
            State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
            Properties = [],
        });
        first.WithEnvironment("Node__Name", "node-1");
        IReadOnlyList<IResourceBuilder<ProjectResource>> all = [first, .. Enumerable.Range(2, count - 1).Select(number => builder.AddNode(number, apiKey, sessions))];
        foreach (var node in all)
        {
            node.WithParentRelationship(group);
        }

        return all;
    }

    private static IResourceBuilder<ProjectResource> AddNode(
        this IDistributedApplicationBuilder builder,
        int number,
        IResourceBuilder<ParameterResource> apiKey,
        IResourceBuilder<IResourceWithConnectionString> sessions)
    {
        var name = number.ToString(CultureInfo.InvariantCulture); // a number in an interpolated string would select another overload below
        var shared = builder.Configuration.GetSection("Cameras").GetChildren().Where(camera => camera["Scope"] is not null);
        return builder.AddProject<Projects.Attendance_CameraApi>($"camera-api-{name}", launchProfileName: "node")
            .WithHttpEndpoint(name: "http")
            .WithEnvironment($"Cameras__demo-{name}__Source", "test-pattern")
            .WithEnvironment($"Cameras__demo-{name}__Name", $"Demo camera {name}")
            .WithSettings([.. s_sections.Except(["Cameras", "Discovery", "Node"]), .. shared.Select(camera => camera.Path)])
            .WithEnvironment("Node__Name", $"node-{name}")
            .WithEnvironment("Discovery__Enabled", "false")
            .AsCameraApi(apiKey, sessions);
    }

    private static IResourceBuilder<ProjectResource> AsCameraApi(
        this IResourceBuilder<ProjectResource> project,
        IResourceBuilder<ParameterResource> apiKey,
        IResourceBuilder<IResourceWithConnectionString> sessions) => project
            .WithReference(sessions, connectionName: "sessions").WaitFor(sessions)
            .WithEnvironment("Security__ApiKey", apiKey)
            .WithExitWithParent()
            .WithCollector()
            .WithoutProxy()
            .WithReadinessCheck()
            .WithCameraHealthCheck()
            .WithNamedUrls(("API reference", "/scalar"))
            .WithMetricsUrl();

    /// <summary>Groups the nodes in the dashboard. It does not run anything.</summary>
    private sealed class NodeGroup(string name) : Resource(name);
}
