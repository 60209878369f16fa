using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting.Dashboard;

/// <summary>Who comes in to the dashboard, and how.</summary>
public sealed class DashboardSecurityTests
{
    private const string On = "--Dashboard:Enabled=true";

    [Fact]
    public async Task Nothing_is_shown_without_the_token_and_all_of_it_with()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        await using var app = await builder.StartAsync();
        using var visit = new DashboardVisit(app);
        foreach (var address in (string[])["/api/live", "/api/logs", "/api/traces", "/api/metrics/web", "/js/main.js", "/api/about", "/nothing"])
        {
            using var refused = await visit.GetAsync(address, Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var start = await visit.GetAsync("/", Cancel);
        Assert.Equal("/login", start.Headers.Location?.ToString());
        using var wrong = await visit.GetAsync("/login?t=0123456789abcdef0123456789abcdef", Cancel);
        Assert.Equal("/login?refused", wrong.Headers.Location?.ToString());
        Assert.False(wrong.Headers.Contains("Set-Cookie"));

        using var signedIn = await visit.GetAsync(visit.Access.SignIn!.ToString(), Cancel);
        Assert.Equal("/", signedIn.Headers.Location?.ToString());
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(visit.Access.SignIn.Query.Split('=')[1], cookie, StringComparison.Ordinal);
        using var page = await visit.GetAsync("/", Cancel);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("default-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_can_be_typed_in()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        await using var app = await builder.StartAsync();
        using var visit = new DashboardVisit(app);
        using var token = new FormUrlEncodedContent([new("token", visit.Access.SignIn!.Query.Split('=')[1])]);
        using var signedIn = await visit.PostAsync("/login", Cancel, content: token);

        Assert.Equal("/", signedIn.Headers.Location?.ToString());
        using var logs = await visit.GetAsync("/api/logs", Cancel);
        Assert.Equal(HttpStatusCode.OK, logs.StatusCode);
    }

    [Fact]
    public async Task Pages_from_elsewhere_can_ask_nothing_of_it()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        await using var app = await builder.StartAsync();
        using var visit = await DashboardVisit.SignedInAsync(app, Cancel);
        var port = visit.Access.Pages!.Port;

        Assert.Equal(HttpStatusCode.BadRequest, await visit.GetAsHostAsync($"attacker.example:{port}", Cancel));
        Assert.Equal(HttpStatusCode.BadRequest, await visit.GetAsHostAsync($"localhost.attacker.example:{port}", Cancel));
        Assert.Equal(HttpStatusCode.OK, await visit.GetAsHostAsync($"localhost:{port}", Cancel));
        Assert.Equal(HttpStatusCode.OK, await visit.GetAsHostAsync($"127.0.0.1:{port}", Cancel));
        Assert.Equal(HttpStatusCode.OK, await visit.GetAsHostAsync($"[::1]:{port}", Cancel));
        foreach (var origin in (string[])["http://attacker.example", "null", $"http://localhost:{port + 1}", $"https://localhost:{port}"])
        {
            using var refused = await visit.PostAsync("/api/logs/seen", Cancel, origin);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using var own = await visit.PostAsync("/api/logs/seen", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
    }

    [Theory]
    [InlineData("Dashboard:Port", "pages")]
    [InlineData("Dashboard:OtlpPort", "telemetry")]
    public async Task A_taken_port_stops_the_start_before_anything_runs_and_says_what_to_do(string key, string purpose)
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var port = ((IPEndPoint)squatter.LocalEndpoint).Port;
        await using var builder = DistributedApplicationTestingBuilder.Create(On, $"--{key}={port}");
        builder.AddShell("innocent", "sleep 1000");
        var app = await builder.BuildAsync(Cancel);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync(Cancel));

        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"Port {port} of the dashboard's {purpose} is taken by process {Environment.ProcessId}"),
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.False(app.ResourceNotifications.TryGetCurrentState("innocent", out _));
    }

    [Theory]
    [InlineData("Dashboard:Port", "many")]
    [InlineData("Dashboard:Port", "70000")]
    [InlineData("Dashboard:Enabled", "perhaps")]
    public async Task A_wrong_setting_is_named(string key, string value)
    {
        await using var builder = DistributedApplicationTestingBuilder.Create($"--{key}={value}");
        var app = await builder.BuildAsync(Cancel);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync(Cancel));

        Assert.StartsWith($"{key} is '{value}' and must be ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_none_in_a_test_that_does_not_ask_for_it()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        await using var app = await builder.StartAsync();
        using var visit = new DashboardVisit(app);

        Assert.Null(visit.Access.Pages);
        Assert.Null(visit.Access.Otlp);
    }
}
