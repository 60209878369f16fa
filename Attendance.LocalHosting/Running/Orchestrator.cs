using Attendance.LocalHosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Attendance.LocalHosting.Running;

/// <summary>Starts the resources with the application, and stops them with it: who uses another one, before it.</summary>
internal sealed class Orchestrator : IHostedService, IAsyncDisposable
{
    private readonly IReadOnlyList<IResource> _model;
    private readonly RunSettings _settings;
    private readonly Ports _ports = new();
    private readonly IReadOnlyList<ResourceRun> _runs;
    private readonly Lazy<Task> _stopped;

    public Orchestrator(IReadOnlyList<IResource> model, RunSettings settings, IServiceProvider services)
    {
        _model = model;
        _settings = settings;
        _stopped = new Lazy<Task>(StopAllAsync);
        var support = ActivatorUtilities.CreateInstance<LifeSupport>(
            services,
            ActivatorUtilities.CreateInstance<Launcher>(
                services, ActivatorUtilities.CreateInstance<ResourceEnvironment>(services), settings),
            ActivatorUtilities.CreateInstance<HealthMonitor>(services),
            ActivatorUtilities.CreateInstance<Waits>(services));
        _runs = [.. model.Where(resource => resource is not ParameterResource).Select(resource => new ResourceRun(resource, support))];
    }

    public ResourceRun? Find(string resourceName) =>
        _runs.FirstOrDefault(run => string.Equals(run.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase));

    /// <summary>Any resource of the model, also one that is not run.</summary>
    public IResource? FindResource(string resourceName) =>
        _model.FirstOrDefault(resource => string.Equals(resource.Name, resourceName, StringComparison.OrdinalIgnoreCase));

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // All that can be known to fail fails here, before anything runs.
        EndpointPorts.Allocate(_model, _ports, _settings.RandomPorts);
        foreach (var parameter in _model.OfType<ParameterResource>())
        {
            await parameter.GetValueAsync(cancellationToken);
        }

        foreach (var run in _runs)
        {
            await run.BeginAsync();
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopped.Value;

    public async ValueTask DisposeAsync()
    {
        await _stopped.Value;
        foreach (var run in _runs)
        {
            run.Dispose();
        }

        _ports.Dispose();
    }

    private Task StopAllAsync()
    {
        var stops = new Dictionary<IResource, Task>();
        return Task.WhenAll(_runs.Select(StopAsync));

        Task StopAsync(ResourceRun run)
        {
            if (!stops.TryGetValue(run.Resource, out var stop))
            {
                stops[run.Resource] = Task.CompletedTask; // two that use each other stop together
                stops[run.Resource] = stop = AfterAsync([.. _runs.Where(other => Uses(other.Resource, run.Resource)).Select(StopAsync)], run);
            }

            return stop;
        }

        static async Task AfterAsync(Task[] users, ResourceRun run)
        {
            await Task.WhenAll(users);
            await run.StopAsync(CancellationToken.None);
        }
    }

    private static bool Uses(IResource user, IResource used) =>
        user.Annotations.OfType<RelationshipAnnotation>().Any(relation => relation.Other == used)
        || user.Annotations.OfType<WaitAnnotation>().Any(wait => wait.Dependency == used);
}
