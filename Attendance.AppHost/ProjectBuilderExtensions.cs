using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

/// <summary>Extensions that several projects of the model use.</summary>
internal static class ProjectBuilderExtensions
{
    /// <summary>
    /// Passes on settings of the AppHost to the service, from the command line (<c>--Leases:Ttl=…</c>), the environment or appsettings.json.
    /// </summary>
    /// <param name="sections">The configuration sections to pass on, each with everything below it.</param>
    public static IResourceBuilder<ProjectResource> WithSettings(this IResourceBuilder<ProjectResource> project, params string[] sections)
    {
        var configuration = project.ApplicationBuilder.Configuration;
        foreach (var (key, value) in sections.SelectMany(section => configuration.GetSection(section).AsEnumerable()))
        {
            if (value is not null)
            {
                project.WithEnvironment(key.Replace(":", "__"), value);
            }
        }

        return project;
    }

    /// <summary>Lets other resources wait until the service answers <c>/health</c>.</summary>
    public static IResourceBuilder<ProjectResource> WithReadinessCheck(this IResourceBuilder<ProjectResource> project)
    {
        var key = ReadinessOf(project.Resource);
        var check = new ReadinessCheck(project.GetEndpoint("http"));
        project.ApplicationBuilder.Services.AddHealthChecks().AddCheck(key, check);
        return project.WithHealthCheck(key);
    }

    /// <summary>Waits until the readiness check of a project has succeeded, whatever its other health checks report.</summary>
    public static Task WaitUntilReadyAsync(this ResourceNotificationService resources, ProjectResource project, CancellationToken cancellationToken)
    {
        var key = ReadinessOf(project);
        return resources.WaitForResourceAsync(
            project.Name, change => change.Snapshot.HealthReports.Any(report => report.Name == key && report.Status == HealthStatus.Healthy), cancellationToken);
    }

    /// <summary>
    /// Ends the service when this AppHost, or the <c>dotnet run</c> by which Aspire started it, has ended. Otherwise it would keep running unnoticed.
    /// </summary>
    public static IResourceBuilder<T> WithExitWithParent<T>(this IResourceBuilder<T> project) where T : ProjectResource =>
        project.ApplicationBuilder.ExecutionContext.IsRunMode
            ? project.WithEnvironment("ATTENDANCE_APPHOST_PID", Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            : project;

    /// <summary>
    /// Makes the service listen on its address itself. The orchestrator's proxy would accept connections even if no service runs behind it,
    /// and then never answer. A client that connects to a dead node should be refused at once, so that it can try another node.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithoutProxy(this IResourceBuilder<ProjectResource> project)
    {
        if (project.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            foreach (var endpoint in project.Resource.Annotations.OfType<EndpointAnnotation>())
            {
                var fixedPort = Port.AreRandom(project.ApplicationBuilder.Configuration) ? null : endpoint.Port;
                endpoint.IsProxied = false;
                endpoint.Port = endpoint.TargetPort = fixedPort ?? Port.Free();
            }
        }

        return project;
    }

    /// <summary>Shows pages by name in the dashboard instead of one plain address.</summary>
    public static IResourceBuilder<ProjectResource> WithNamedUrls(this IResourceBuilder<ProjectResource> project, params (string Name, string Path)[] pages) =>
        project.WithUrls(context =>
        {
            var address = context.Urls.FirstOrDefault(url => url.Endpoint?.EndpointName == "https") ?? context.Urls.FirstOrDefault(url => url.Endpoint is not null);
            if (address?.Endpoint is not { } endpoint)
            {
                return;
            }

            context.Urls.Clear();
            context.Urls.AddRange(pages.Select(page => new ResourceUrlAnnotation { Url = page.Path, DisplayText = page.Name, Endpoint = endpoint }));
        });

    /// <summary>
    /// Makes the service send its telemetry to the collector that is configured for the AppHost (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and
    /// <c>_PROTOCOL</c> and <c>_HEADERS</c>) instead of to the dashboard. The dashboard's key is not sent there.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithCollector(this IResourceBuilder<ProjectResource> project)
    {
        const string prefix = "OTEL_EXPORTER_OTLP_";
        var configuration = project.ApplicationBuilder.Configuration;
        if (configuration[prefix + "ENDPOINT"] is not { Length: > 0 } endpoint || !project.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            return project;
        }

        return project.WithEnvironment(context =>
        {
            context.EnvironmentVariables[prefix + "ENDPOINT"] = endpoint;
            context.EnvironmentVariables[prefix + "PROTOCOL"] = configuration[prefix + "PROTOCOL"] is { Length: > 0 } protocol ? protocol : "grpc";
            context.EnvironmentVariables.Remove(prefix + "HEADERS");
            if (configuration[prefix + "HEADERS"] is { Length: > 0 } headers)
            {
                context.EnvironmentVariables[prefix + "HEADERS"] = headers;
            }
        });
    }

    /// <summary>Links to the service's metrics in the dashboard, because the service's own <c>/metrics</c> requires the API key.</summary>
    public static IResourceBuilder<ProjectResource> WithMetricsUrl(this IResourceBuilder<ProjectResource> project) => project.WithUrls(context =>
    {
        if (project.ApplicationBuilder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0] is { Length: > 0 } dashboard)
        {
            context.Urls.Add(new ResourceUrlAnnotation { Url = $"{dashboard.TrimEnd('/')}/metrics/resource/{project.Resource.Name}", DisplayText = "Metrics" });
        }
    });

    private static string ReadinessOf(ProjectResource project) => $"{project.Name}-ready";
}
