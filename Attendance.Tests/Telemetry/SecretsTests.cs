using System.Net;
using System.Net.Http.Json;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Telemetry;

/// <summary>Tests that no export of a camera API holds a secret, even if the environment turns off the libraries' own redaction.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class SecretsTests(GarnetStore store) : IClassFixture<GarnetStore>
{
    private const string Session = "camera_123456789_abc123", CameraPassword = "Cam3ra-Pa55word", CameraToken = "hidden-token-of-a-camera", Reason = "reason-of-a-page";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_leaves_a_camera_api_whatever_the_environment_says()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Cancel);
        await using var node = await NodeProcess.StartAsync(
            store.ConnectionString,
            "secrets",
            [
                "--Cameras:demo:Source=test-pattern",
                $"--Cameras:away:Source=http://admin:{CameraPassword}@127.0.0.1:1/live?token={CameraToken}",
                "--Presence:Grace=00:00:00.500",
                .. AspireSettings.For(receiver.Address),
            ]);

        await using (var page = await PageSocket.OpenAsync(node.Address, Session, ("X-Api-Key", TestSecrets.ApiKey)))
        {
            await page.HearAsync("hello");
            using (var failed = await node.AskAsync("away", Session))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
            }

            var lease = await node.AcquireAsync("demo", Session);
            using (var snapshot = await node.Http.GetAsync(lease.SnapshotUrl, Cancel))
            using (var stale = await node.Http.GetAsync($"/api/cameras/demo/snapshot?lease={lease.Id}x", Cancel))
            using (var renewed = await node.Http.PutAsync($"/api/leases/{lease.Id}", null, Cancel))
            using (var check = await node.Http.PostAsJsonAsync("/api/leases/check", new { lease_id = lease.Id, camera_id = "demo", fencing_token = lease.FencingToken }, Cancel))
            using (var released = await node.Http.DeleteAsync($"/api/leases/{lease.Id}?reason={Reason}", Cancel))
            {
                Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NoContent), (snapshot.StatusCode, released.StatusCode));
            }

            using var gone = await node.Http.GetAsync($"/api/leases/{lease.Id}", Cancel);
            await ArrivesAsync(receiver, "DELETE /api/leases/{leaseId}");
            await ArrivesAsync(receiver, "GET /api/leases/{leaseId}");
            await ArrivesAsync(receiver, "POST /api/leases/check");
            Assert.Null(receiver.Around(lease.Id));
        }

        await ArrivesAsync(receiver, "GET /api/sessions/{sessionId}/presence");
        foreach (var secret in (string[])[Session, CameraPassword, CameraToken, TestSecrets.ApiKey, store.ConnectionString.Split("password=")[1].Split(',')[0]])
        {
            Assert.Null(receiver.Around(secret));
        }

        Assert.DoesNotContain(receiver.Spans, span => span.Attributes.ContainsKey("url.query"));
        Assert.NotNull(receiver.Around("/api/sessions/REDACTED/presence"));
        Assert.All(receiver.Spans, span => Assert.DoesNotContain(':', span.Name));
    }

    private static Task<TimeSpan> ArrivesAsync(OtlpReceiver receiver, string name) =>
        Eventually.TrueAsync(() => receiver.Spans.Any(span => span.Name == name), s_patience, $"'{name}' arrives");
}
