using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

/// <summary>What several projects of the model need.</summary>
internal static class ProjectBuilderExtensions
{
    /// <summary>Hands on settings that were given to the AppHost: <c>--Leases:Ttl=…</c>, its environment, its appsettings.json.</summary>
    /// <param name="sections">Configuration sections, each with all that is below it.</param>
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

    /// <summary>Lets others wait until the service answers <c>/health</c>.</summary>
    public static IResourceBuilder<ProjectResource> WithReadinessCheck(this IResourceBuilder<ProjectResource> project)
    {
        var key = ReadinessOf(project.Resource);
        var check = new ReadinessCheck(project.GetEndpoint("http"));
        project.ApplicationBuilder.Services.AddHealthChecks().AddCheck(key, check);
        return project.WithHealthCheck(key);
    }

    /// <summary>Waits until a project with a readiness check has answered it, whatever its other checks say.</summary>
    public static Task WaitUntilReadyAsync(this ResourceNotificationService resources, ProjectResource project, CancellationToken cancellationToken)
    {
        var key = ReadinessOf(project);
        return resources.WaitForResourceAsync(
            project.Name, change => change.Snapshot.HealthReports.Any(report => report.Name == key && report.Status == HealthStatus.Healthy), cancellationToken);
    }

    /// <summary>Ends the service with this AppHost and with the <c>dotnet run</c> by which Aspire started it: otherwise it would go on unseen.</summary>
    public static IResourceBuilder<T> WithExitWithParent<T>(this IResourceBuilder<T> project) where T : ProjectResource =>
        project.ApplicationBuilder.ExecutionContext.IsRunMode
            ? project.WithEnvironment("ATTENDANCE_APPHOST_PID", Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            : project;

    /// <summary>
    /// Has the service listen at its address itself. The orchestrator's proxy takes a connection also when nothing runs behind it, and
    /// then answers nothing; but who asks a node that is dead is to be refused at once, and ask another.
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

    /// <summary>Shows pages by their names in the dashboard, instead of one bare address.</summary>
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
    /// Has the service send its telemetry to the collector that the AppHost was given (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and
    /// <c>_PROTOCOL</c> and <c>_HEADERS</c>) instead of the dashboard. The dashboard's key is not sent there.
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

    /// <summary>Links to the metrics of the service in the dashboard; its own <c>/metrics</c> wants the key.</summary>
    public static IResourceBuilder<ProjectResource> WithMetricsUrl(this IResourceBuilder<ProjectResource> project) => project.WithUrls(context =>
    {
        if (project.ApplicationBuilder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0] is { Length: > 0 } dashboard)
        {
            context.Urls.Add(new ResourceUrlAnnotation { Url = $"{dashboard.TrimEnd('/')}/metrics/resource/{project.Resource.Name}", DisplayText = "Metrics" });
        }
    });

    private static string ReadinessOf(ProjectResource project) => $"{project.Name}-ready";
}
