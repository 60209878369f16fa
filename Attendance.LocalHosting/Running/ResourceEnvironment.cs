using System.Globalization;
using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Dashboard;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Attendance.LocalHosting.Running;

/// <summary>The environment a resource is started with: this process's own, what every project gets, what the app model adds.</summary>
internal sealed class ResourceEnvironment(IConfiguration configuration, IHostEnvironment host, DashboardAccess dashboard)
{
    /// <summary>What was meant for the AppHost and would mislead, or be none of the business of, those it starts.</summary>
    private static readonly string[] s_ownPrefixes =
        ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS", "URLS", "DOTNET_LAUNCH_PROFILE", "OTEL_", "Parameters__", "ConnectionStrings__"];

    /// <summary>Where the user wants telemetry to go; null where they have not said.</summary>
    public static string? CollectorIn(IConfiguration configuration) =>
        (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]
            ?? configuration["DOTNET_DASHBOARD_OTLP_ENDPOINT_URL"]) is { Length: > 0 } collector ? collector : null;

    public async Task<Dictionary<string, string>> EvaluateAsync(IResource resource, CancellationToken cancellationToken)
    {
        var variables = Inherited();
        if (resource.Annotations.OfType<ProjectAnnotation>().FirstOrDefault() is { } project)
        {
            DescribeProject(resource, project, variables);
        }

        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            if (endpoint.PortVariable is { } name)
            {
                variables[name] = endpoint.AllocatedPort!.Value.ToString(CultureInfo.InvariantCulture);
            }
        }

        foreach (var annotation in resource.Annotations.OfType<EnvironmentAnnotation>())
        {
            variables[annotation.Name] = await annotation.Value(cancellationToken) ?? "";
        }

        return variables;
    }

    private static Dictionary<string, string> Inherited()
    {
        var variables = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (!Array.Exists(s_ownPrefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                variables[name] = (string?)variable.Value ?? "";
            }
        }

        return variables;
    }

    private void DescribeProject(IResource resource, ProjectAnnotation project, Dictionary<string, string> variables)
    {
        var addresses = resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.Scheme is "http" or "https")
            .Select(endpoint => string.Create(CultureInfo.InvariantCulture, $"{endpoint.Scheme}://localhost:{endpoint.AllocatedPort}"))
            .ToList();
        if (addresses.Count > 0)
        {
            variables["ASPNETCORE_URLS"] = string.Join(';', addresses);
        }

        if (project.LaunchProfileName is { } profile)
        {
            variables["DOTNET_LAUNCH_PROFILE"] = profile;
        }

        variables["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
        variables["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
        variables["Host__ExitWithParent"] = "true";
        if (!variables.ContainsKey("DOTNET_ROOT"))
        {
            // The runtime that runs this process is the one that runs its projects: dotnet/shared/Microsoft.NETCore.App/10.0.x
            variables["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        }

        Telemetry(resource, variables);
    }

    /// <summary>
    /// Telemetry goes to the collector that was asked for, or else to the dashboard. Where nobody listens nothing is said of it: an
    /// exporter without a collector only costs.
    /// </summary>
    private void Telemetry(IResource resource, Dictionary<string, string> variables)
    {
        variables["OTEL_SERVICE_NAME"] = resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={resource.Name}-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        if (CollectorIn(configuration) is { } collector)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "grpc";
            if (configuration["OTEL_EXPORTER_OTLP_HEADERS"] is { Length: > 0 } headers)
            {
                variables["OTEL_EXPORTER_OTLP_HEADERS"] = headers;
            }
        }
        else if (dashboard.Otlp is { } receiver)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.GetLeftPart(UriPartial.Authority);
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
            variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={dashboard.OtlpKey}";
        }

        if (host.IsDevelopment())
        {
            variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        }
    }
}
