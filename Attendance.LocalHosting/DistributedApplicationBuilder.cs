using System.Reflection;
using System.Text.RegularExpressions;
using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Dashboard;
using Attendance.LocalHosting.Dashboard.Site;
using Attendance.LocalHosting.Dashboard.Telemetry;
using Attendance.LocalHosting.Running;
using Attendance.LocalHosting.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.UserSecrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Attendance.LocalHosting;

internal sealed partial class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly Dictionary<string, IResource> _resources = new(StringComparer.OrdinalIgnoreCase);
    private readonly TestRun? _test;

    public DistributedApplicationBuilder(string[] args, TestRun? test)
    {
        _test = test;
        AppHostAssembly = test is null ? Assembly.GetEntryAssembly() : test.AppHostAssembly;
        AppHostDirectory = AppHostAssembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(metadata => metadata.Key == "AppHostProjectPath")?.Value is { } folder && Directory.Exists(folder)
            ? folder
            : System.Environment.CurrentDirectory;
        _host = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = test is null ? args : [.. args, .. test.Arguments],
            ContentRootPath = AppHostDirectory,
            ApplicationName = AppHostAssembly?.GetName().Name,
        });

        // In a test nothing of this machine's user shows through, and nothing is left with them.
        var secretsId = test is null ? AppHostAssembly?.GetCustomAttribute<UserSecretsIdAttribute>()?.UserSecretsId : null;
        UserSecrets = secretsId is null ? null : new UserSecretsFile(PathHelper.GetSecretsPathFromSecretsId(secretsId));

        // The console belongs to the resources, and to what is said about them.
        _host.Logging.ClearProviders();
        _host.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
        _host.Services.AddHttpClient();
        _host.Services.AddHealthChecks();
        _host.Services.AddSingleton(TimeProvider.System);
        _host.Services.AddSingleton(new ResourceNotificationService(stopOnUnavailable: test is not null));
        _host.Services.AddSingleton<ResourceLoggerService>();
        _host.Services.AddSingleton<ResourceCommandService>();
        _host.Services.AddSingleton<Notifications>();
        _host.Services.AddSingleton<IInteractionService>(services => services.GetRequiredService<Notifications>());
        _host.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<Orchestrator>(
            services, Model, new RunSettings(AppHostDirectory, DataDirectory, RandomPorts)));
        AddDashboard();
        if (test is null)
        {
            _host.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<ConsoleReport>(services, Model));
        }

        _host.Services.AddHostedService(services => services.GetRequiredService<Orchestrator>());
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new();

    public IReadOnlyCollection<IResource> Resources => _resources.Values;

    /// <summary>Where generated values stay for the next run; null where they must not.</summary>
    internal UserSecretsFile? UserSecrets { get; }

    private IReadOnlyList<IResource> Model => [.. _resources.Values];

    /// <summary>Aspire's own key, so that the same argument keeps two runs apart on either engine.</summary>
    private bool RandomPorts => Configuration.GetValue("DcpPublisher:RandomizePorts", _test is not null);

    private string DataDirectory => Configuration["DataDirectory"] is { Length: > 0 } configured
        ? Path.GetFullPath(configured, AppHostDirectory)
        : Path.Combine(AppHostDirectory, ".data");

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (!ResourceName().IsMatch(resource.Name))
        {
            throw new ArgumentException($"'{resource.Name}' is not a resource name: letters, digits and hyphens, a letter first.");
        }

        if (!_resources.TryAdd(resource.Name, resource))
        {
            throw new ArgumentException($"There are two resources named '{resource.Name}'.");
        }

        return new ResourceBuilder<T>(resource, this);
    }

    public DistributedApplication Build()
    {
        _test?.WaitUntilBuildIsWanted(this);
        var app = new DistributedApplication(_host.Build(), _test);
        _test?.Built(app);
        return app;
    }

    private void AddDashboard()
    {
        _host.Services.AddSingleton(_ => DashboardSettings.From(Configuration, isTest: _test is not null, RandomPorts));
        _host.Services.AddSingleton<DashboardAccess>();
        _host.Services.AddSingleton<Changes>();
        _host.Services.AddSingleton<LogStore>();
        _host.Services.AddSingleton<TraceStore>();
        _host.Services.AddSingleton<MetricStore>();
        _host.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<ResourceList>(services, Model));
        _host.Services.AddHostedService<DashboardHost>();
    }

    [GeneratedRegex("^[A-Za-z](-?[A-Za-z0-9]){0,63}$")]
    private static partial Regex ResourceName();

    private sealed record ResourceBuilder<T>(T Resource, IDistributedApplicationBuilder ApplicationBuilder) : IResourceBuilder<T>
        where T : IResource;
}
