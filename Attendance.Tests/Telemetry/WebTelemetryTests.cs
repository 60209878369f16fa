using System.Net;
using Attendance.Tests.Hosts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Telemetry;

/// <summary>
/// Tests what Web exports of a page's requests, with the settings that Aspire gives it. Web has a process of its own, because the telemetry of a
/// process comes from everything that runs in it, including other tests.
/// </summary>
public sealed class WebTelemetryTests : IAsyncLifetime
{
    private const string Calendar = "Qw9-secret_calendar_0123", LeaseId = "Kf3-secret_lease_0123456", Session = "camera_123456789_abc123";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private OtlpReceiver _receiver = null!;
    private RealCameraApi _api = null!;
    private WebProcess _web = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _receiver = await OtlpReceiver.StartAsync(Cancel);
        _api = await CameraApis.BorrowAsync(Cancel);
        _web = await WebProcess.StartAsync(
            [$"--Services:camera-api:http:0={_api.Address}", "--Accounts:FirstAdmin:Password=the-first-password", .. AspireSettings.For(_receiver.Address)]);
        var admin = await SignIn.AtAsync(_web.Http.BaseAddress!, "admin", "the-first-password", "the-second-password", Cancel);
        _client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null, AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
        {
            BaseAddress = _web.Http.BaseAddress,
        };
        _client.DefaultRequestHeaders.Add("Cookie", admin.Header);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _web.DisposeAsync();
        await _api.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_page_makes_one_trace_and_what_it_fetches_along_makes_none()
    {
        foreach (var file in (string[])["/css/base.css", "/js/pages/cameras.js", "/js/camera/api.js", "/health", "/alive"])
        {
            using var response = await _client.GetAsync(file, Cancel);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await GetAsync("/css/none.css");
        await GetAsync("/");

        await ArrivesAsync("GET /");
        Assert.DoesNotContain(_receiver.Spans, span => span.Attributes.GetValueOrDefault("url.path") is "/health" or "/alive" or "/css/base.css");
        Assert.DoesNotContain(_receiver.Spans, span => span.Attributes.GetValueOrDefault("url.path")?.StartsWith("/js/", StringComparison.Ordinal) ?? false);
        Assert.Contains(_receiver.Spans, span => span.Attributes.GetValueOrDefault("url.path") == "/css/none.css"); // a missing file does make a span
    }

    [Fact]
    public async Task Spans_and_metrics_are_named_by_routes_without_constraints()
    {
        await GetAsync("/api/cameras/demo");
        await GetAsync("/cameras/demo");
        await GetAsync($"/people/{Guid.NewGuid()}");

        await ArrivesAsync("GET /api/cameras/{cameraId}");
        await ArrivesAsync("GET /cameras/{id}");
        Assert.All(_receiver.Spans, span => Assert.DoesNotContain(':', span.Name));
        Assert.All(_receiver.Spans, span => Assert.DoesNotContain(':', span.Attributes.GetValueOrDefault("http.route", "")));
        await UntilAsync(() => Routes().Contains("/api/cameras/{cameraId}"), "the metric of that route arrives");
        Assert.All(Routes(), route => Assert.DoesNotContain(':', route));

        IEnumerable<string> Routes() => _receiver.Points.Where(point => point.Instrument.Name == "http.server.request.duration")
            .Select(point => point.Attributes.GetValueOrDefault("http.route", ""));
    }

    [Fact]
    public void No_endpoint_is_named_by_its_constraints()
    {
        using var web = new WebServer(new Uri("http://127.0.0.1:1"));
        var named = web.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.IRouteDiagnosticsMetadata>()?.Route).ToList();

        Assert.Contains("/people/{id}/capture", named);
        Assert.All(named, route => Assert.DoesNotContain(':', route ?? ":"));
    }

    [Fact]
    public async Task No_secret_of_an_address_is_exported_whatever_the_environment_says()
    {
        await GetAsync($"/calendar/{Calendar}.ics");
        await GetAsync($"/calendar/{Calendar}");
        await GetAsync($"/api/cameras/demo/snapshot?lease={LeaseId}");
        using (var renewed = await _client.PutAsync($"/api/leases/{LeaseId}", null, Cancel))
        using (var released = await _client.DeleteAsync($"/api/leases/{LeaseId}?reason=client", Cancel))
        using (var presence = await _client.GetAsync($"/api/sessions/{Session}/presence?whatever=anything-hidden", Cancel))
        {
            await ArrivesAsync("GET /api/sessions/{sessionId}/presence");
        }

        await UntilAsync(() => _receiver.Around("/api/leases/REDACTED") is not null, "the addresses of calls to camera-api arrive");
        Assert.Contains(_receiver.Spans, span => span.Attributes.GetValueOrDefault("url.full")?.EndsWith("/api/cameras/demo/snapshot", StringComparison.Ordinal) ?? false);
        await ArrivesAsync("GET /calendar/{token}.ics");
        foreach (var secret in (string[])[Calendar, LeaseId, Session, "anything-hidden", TestSecrets.ApiKey, "reason=client"])
        {
            Assert.Null(_receiver.Around(secret));
        }

        Assert.DoesNotContain(_receiver.Spans, span => span.Attributes.ContainsKey("url.query"));
    }

    private async Task GetAsync(string target)
    {
        using var response = await _client.GetAsync(target, Cancel);
    }

    private Task<TimeSpan> ArrivesAsync(string name) => UntilAsync(() => _receiver.Spans.Any(span => span.Name == name), $"'{name}' arrives");

    private Task<TimeSpan> UntilAsync(Func<bool> isSo, string what) =>
        Eventually.TrueAsync(isSo, s_patience, what, () => $"There: {string.Join(", ", _receiver.Spans.Select(span => span.Name).Distinct())}");
}
