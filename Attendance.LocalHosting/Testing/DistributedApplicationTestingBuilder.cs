using System.Reflection;
using Attendance.LocalHosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Attendance.LocalHosting.Testing;

public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable
{
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>An app model to test: every port a free one, its data in a folder that goes with it, its output in the log.</summary>
public static class DistributedApplicationTestingBuilder
{
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <summary>The app model that an AppHost describes: its own entry point describes it.</summary>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class
    {
        var run = new TestRun(typeof(TEntryPoint).Assembly, args);
        run.Begin(args);
        return new TestingBuilder(await run.Builder.WaitAsync(cancellationToken), run, run.BuildAsync);
    }

    /// <summary>An empty app model.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args)
    {
        var run = new TestRun(Assembly.GetEntryAssembly(), args);
        var builder = new DistributedApplicationBuilder([], run);
        return new TestingBuilder(builder, run, () =>
        {
            _ = run.BuildAsync();
            return Task.FromResult(builder.Build());
        });
    }

    private sealed class TestingBuilder(DistributedApplicationBuilder inner, TestRun run, Func<Task<DistributedApplication>> build)
        : IDistributedApplicationTestingBuilder
    {
        private DistributedApplication? _application;

        public ConfigurationManager Configuration => inner.Configuration;

        public string AppHostDirectory => inner.AppHostDirectory;

        public Assembly? AppHostAssembly => inner.AppHostAssembly;

        public IHostEnvironment Environment => inner.Environment;

        public IServiceCollection Services => inner.Services;

        public DistributedApplicationExecutionContext ExecutionContext => inner.ExecutionContext;

        public IReadOnlyCollection<IResource> Resources => inner.Resources;

        public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource => inner.AddResource(resource);

        public DistributedApplication Build() => BuildAsync().GetAwaiter().GetResult();

        public async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) =>
            _application = await build().WaitAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            if (_application is not null)
            {
                await _application.DisposeAsync();
            }

            run.End();
        }
    }
}
