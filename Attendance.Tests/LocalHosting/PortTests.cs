using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting;

public sealed class PortTests
{
    [Fact]
    public async Task A_taken_port_stops_the_start_before_anything_runs_and_says_who_has_it()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var port = ((IPEndPoint)squatter.LocalEndpoint).Port;
        await using var builder = DistributedApplicationTestingBuilder.Create("--DcpPublisher:RandomizePorts=false");
        builder.AddShell("innocent", "sleep 1000");
        builder.AddShell("camera-api", "sleep 1000").WithHttpEndpoint(port);
        var app = await builder.BuildAsync(Cancel);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync(Cancel));

        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"Port {port} of resource 'camera-api' is taken by process {Environment.ProcessId}"),
            error.Message,
            StringComparison.Ordinal);
        Assert.False(app.ResourceNotifications.TryGetCurrentState("innocent", out _));
    }

    [Fact]
    public async Task Runs_at_the_same_time_never_share_a_port()
    {
        var builders = Enumerable.Range(0, 8).Select(_ => DistributedApplicationTestingBuilder.Create()).ToList();
        foreach (var builder in builders)
        {
            for (var i = 0; i < 10; i++)
            {
                builder.AddShell($"web{i}", "exit 0").WithExplicitStart().WithHttpEndpoint(5080);
            }
        }

        var apps = await Task.WhenAll(builders.Select(builder => Task.Run(builder.StartAsync)));
        var ports = apps.SelectMany(app => Enumerable.Range(0, 10).Select(i => app.GetEndpoint($"web{i}").Port)).ToList();

        Assert.Equal(ports.Count, ports.Distinct().Count());
        foreach (var builder in builders)
        {
            await builder.DisposeAsync();
        }
    }
}
