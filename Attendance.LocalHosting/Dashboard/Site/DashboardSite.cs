using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Dashboard.Telemetry;
using Attendance.LocalHosting.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Attendance.LocalHosting.Dashboard.Site;

/// <summary>The pages and what they ask for, on a port that this machine alone can reach.</summary>
internal sealed class DashboardSite(
    DashboardAccess access,
    ResourceList resources,
    ResourceLoggerService consoles,
    ResourceCommandService commands,
    Notifications notifications,
    LogStore logs,
    TraceStore traces,
    MetricStore metrics,
    IConfiguration configuration,
    IServiceProvider services)
{
    private const int RowsShown = 500;

    public WebApplication Build(int port)
    {
        // An empty one: nothing of the AppHost's environment, such as its ASPNETCORE_URLS, is meant for it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, InnerLifetime>();
        var app = builder.Build();
        var guard = new Guard(access, port);
        app.Use(guard.InvokeAsync);
        app.MapGet("/login", (HttpContext context, string? t) => t is null ? PageFiles.Get("login.html") : guard.SignIn(context, t));
        app.MapPost("/login", async (HttpContext context, CancellationToken cancellationToken) =>
            guard.SignIn(context, context.Request.HasFormContentType ? (await context.Request.ReadFormAsync(cancellationToken))["token"] : ""));
        app.MapGet("/", () => PageFiles.Get("index.html"));
        app.MapGet("/{**path}", PageFiles.Get);
        MapLive(app, app.Lifetime.ApplicationStopping);
        MapTelemetry(app);
        app.MapPost("/api/resources/{name}/commands/{command}", async (string name, string command, CancellationToken cancellationToken) =>
        {
            var result = await commands.ExecuteCommandAsync(name, command, cancellationToken);
            return Results.Json(new { result.Success, result.Message });
        });
        app.MapPost("/api/notifications/{id:int}", (int id, bool? confirmed) =>
            notifications.Answer(id, confirmed) ? Results.NoContent() : Results.NotFound());
        return app;
    }

    private void MapLive(WebApplication app, CancellationToken stopping)
    {
        var live = ActivatorUtilities.CreateInstance<LiveStream>(services);
        app.MapGet("/api/live", (CancellationToken gone) => TypedResults.ServerSentEvents(UntilAsync(live.WatchAsync, gone, stopping)));
        app.MapGet("/api/console/{name}", IResult (string name, CancellationToken gone) => resources.Contains(name)
            ? TypedResults.ServerSentEvents(UntilAsync(token => LinesAsync(name, token), gone, stopping))
            : Results.NotFound());
        app.MapGet("/api/about", () => Results.Json(new { Collector = ResourceEnvironment.CollectorIn(configuration) }));
    }

    private void MapTelemetry(WebApplication app)
    {
        app.MapGet("/api/logs", (string? resource, int? severity, string? text, string? trace) =>
            Results.Json(logs.Find(new LogQuery(resource, severity ?? 0, text, trace), RowsShown)));
        app.MapPost("/api/logs/seen", (string? resource) =>
        {
            logs.See(resource);
            return Results.NoContent();
        });
        app.MapGet("/api/traces", (string? resource, string? text, bool? errors) =>
            Results.Json(traces.Find(new TraceQuery(resource, text, errors ?? false), RowsShown)));
        app.MapGet("/api/traces/{id}", (string id) => Results.Json(traces.SpansOf(id)));
        app.MapGet("/api/metrics/{resource}", (string resource) => Results.Json(metrics.InstrumentsOf(resource)));
        app.MapGet("/api/metrics/{resource}/{instrument}", (string resource, string instrument, HttpRequest request) =>
            metrics.ChartOf(resource, instrument, request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString())) is { } chart
                ? Results.Json(chart)
                : Results.NotFound());
    }

    private async IAsyncEnumerable<SseItem<IReadOnlyList<LogLine>>> LinesAsync(
        string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var lines in consoles.WatchAsync(name, cancellationToken))
        {
            yield return new SseItem<IReadOnlyList<LogLine>>(lines);
        }
    }

    /// <summary>Until the page is gone, or the application ends. Neither is a fault.</summary>
    private static async IAsyncEnumerable<T> UntilAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> watch, CancellationToken gone, [EnumeratorCancellation] CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping);
        await using var items = watch(either.Token).GetAsyncEnumerator(either.Token);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                yield break;
            }

            yield return items.Current;
        }
    }
}
