using System.Diagnostics;
using Attendance.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Attendance.Tests.Telemetry;

public sealed class RedactionTests
{
    private const string Hush = "Hush-1234";

    private static readonly string[] s_list = ["a", "lease=Hush-1234"];

    private static readonly Redaction s_redaction = new(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Security:ApiKey"] = "the-key-of-this-service",
        ["ConnectionStrings:sessions"] = "localhost:6380,password=a-generated-password,ssl=false",
        ["Cameras:door:Source"] = "rtsp://admin:the-password-of-a-camera@10.0.0.7/live",
        ["Database:Password"] = "postgres",
    }).Build());

    [Theory]
    [InlineData("url.full", "https://host/api/cameras/demo/stream?lease=Hush-1234")]
    [InlineData("url.full", "http://user:Hush-1234@host/")]
    [InlineData("url.full", "http://host/api/leases/Hush-1234?reason=x")]
    [InlineData("url.path", "/calendar/Hush-1234.ics")]
    [InlineData("url.path", "/api/sessions/Hush-1234/presence")]
    [InlineData("http.target", "/api/cameras/demo/stream?lease=Hush-1234")]
    [InlineData("db.connection_string", "Host=a;Password=Hush-1234")]
    [InlineData("http.request.header.x-api-key", "Hush-1234")]
    [InlineData("LeaseId", "Hush-1234")]
    [InlineData("session_id", "Hush-1234")]
    [InlineData("anything", "GET https://host/stream?lease=Hush-1234 failed")]
    [InlineData("anything", "could not open rtsp://admin:Hush-1234@10.0.0.7:554/live")]
    [InlineData("anything", "could not open rtsp://admin:p/Hush-1234@10.0.0.7:554/live")]
    [InlineData("anything", "Host=db;Username=attendance;Password=Hush-1234;Timeout=3")]
    [InlineData("anything", "localhost:6380,password=Hush-1234,ssl=True")]
    [InlineData("anything", "{\"session_id\":\"Hush-1234\",\"camera_id\":\"demo\"}")]
    [InlineData("anything", "{\"session_ids\": [\"Hush-1234\"]}")]
    [InlineData("anything", "X-Api-Key: Hush-1234")]
    [InlineData("anything", "Authorization: Bearer Hush-1234")]
    [InlineData("exception.message", "PUT /api/leases/Hush-1234 was refused")]
    public void A_secret_is_removed_wherever_it_stands(string key, string value) =>
        Assert.DoesNotContain(Hush, s_redaction.Value(key, value) as string ?? "", StringComparison.Ordinal);

    [Theory]
    [InlineData("anything", "the-key-of-this-service")]
    [InlineData("anything", "sent a-generated-password to localhost:6380")]
    [InlineData("anything", "login of admin with the-password-of-a-camera failed")]
    [InlineData("anything", "session camera_123456789_abc123 is gone")]
    [InlineData("anything", "the token att_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabc123defghi was sent")]
    [InlineData("anything", "the webhook has whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3abc123")]
    public void A_secret_known_from_the_configuration_is_removed(string key, string value)
    {
        var clean = Assert.IsType<string>(s_redaction.Value(key, value));

        Assert.DoesNotMatch("the-key|generated-password|of-a-camera|abc123", clean);
        Assert.Contains("REDACTED", clean, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http.route", "/api/leases/check")]
    [InlineData("url.path", "/api/cameras/demo/stream")]
    [InlineData("url.full", "http://camera-api/api/cameras")]
    [InlineData("attendance.camera.id", "camera_hall")]
    [InlineData("anything", "Camera demo leased as 1a2b3c4d, token 17")]
    [InlineData("anything", "postgres is away. Is it up?")]
    [InlineData("anything", "Camera demo released: lease 1a2b3c4d, client, held 3.2 s")]
    [InlineData("anything", "ALERT leak (critical, 0123456789abcdef) film: A worker had it open. The worker was killed.")]
    [InlineData("anything", "fencing_token=17 was refused")]
    public void A_value_that_is_no_secret_is_unchanged(string key, string value) => Assert.Same(value, s_redaction.Value(key, value));

    [Fact]
    public void A_span_is_clean_in_its_name_its_status_its_events_and_its_links()
    {
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == "test", Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        var tags = new ActivityTagsCollection { ["exception.message"] = "PUT http://host/a?lease=Hush-1234", ["kept"] = "as it is" };
        using var span = source.StartActivity(
            "GET /api/leases/Hush-1234", ActivityKind.Client, parentContext: default, links: [new(new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), default), tags)])!;
        span.AddEvent(new("exception", tags: tags));
        span.AddException(new InvalidOperationException("Password=Hush-1234"));
        span.SetTag("url.query", "?lease=Hush-1234").SetTag("list", s_list).SetStatus(ActivityStatusCode.Error, "Password=Hush-1234");

        new SpanRedaction(s_redaction).OnEnd(span);

        var all = span.TagObjects.Concat(span.Events.SelectMany(one => one.Tags)).Concat(span.Links.SelectMany(link => link.Tags!)).ToList();
        Assert.All(all, tag => Assert.DoesNotContain(Hush, string.Join(' ', tag.Value as string[] ?? [$"{tag.Value}"]), StringComparison.Ordinal));
        Assert.DoesNotContain(Hush, span.DisplayName + span.StatusDescription, StringComparison.Ordinal);
        Assert.DoesNotContain(all, tag => tag.Key == "url.query");
        Assert.Equal(2, all.Count(tag => tag is { Key: "kept", Value: "as it is" }));
    }
}
