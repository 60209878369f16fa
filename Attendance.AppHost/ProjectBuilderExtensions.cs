using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

/// <summary>What several projects of the model need.</summary>
internal static class ProjectBuilderExtensions
{
    /// <summary>Hands on settings that were given to the AppHost: <c>--Leases:DefaultTtl=…</c>, its environment, its appsettings.json.</summary>
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
