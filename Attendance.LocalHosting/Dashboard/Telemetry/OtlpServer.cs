using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Attendance.LocalHosting.Dashboard.Telemetry;

/// <summary>Receives what the resources export by OTLP over gRPC, on a port of its own that this machine alone can reach.</summary>
internal static class OtlpServer
{
    public static WebApplication Build(int port, DashboardAccess access, LogStore logs, TraceStore traces, MetricStore metrics)
    {
        // An empty one: nothing of the AppHost's environment, such as its ASPNETCORE_URLS, is meant for it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton<IHostLifetime, InnerLifetime>();
        builder.Services.AddSingleton(access).AddSingleton(logs).AddSingleton(traces).AddSingleton(metrics).AddSingleton<OtlpKeyCheck>();
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<OtlpKeyCheck>());
        var app = builder.Build();
        app.MapGrpcService<OtlpLogs>();
        app.MapGrpcService<OtlpTraces>();
        app.MapGrpcService<OtlpMetrics>();
        return app;
    }
}
