using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.EndToEnd;

/// <summary>The whole system with a page that publishes its device's camera.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class PublishedTests(ChromiumBrowser chromium)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_publishes_its_camera_again_after_the_camera_API_was_killed_and_who_looks_at_it_keeps_their_lease()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--WebRtc:Addresses:0=127.0.0.1", "--WebRtc:MaxPublishers=1");
        await using var window = await system.WindowAsync(chromium, Cancel);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(system.Web, "/cameras/browser").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await page.GetByLabel("Let others look at it").CheckAsync();
        var link = page.Locator("#facts a");
        await Expect(link).ToContainTextAsync("published-");
        var cameraId = (await link.TextContentAsync())!;
        var guard = await system.AcquireAsync(cameraId, "a_session_of_the_guard", ttlSeconds: 120, mode: "shared");
        var before = await PictureAsync(system, guard);
        Assert.NotNull(before);

        var api = await system.ProcessAsync("camera-api", Cancel);
        var peers = Assert.Single(Processes.WebRtcOf(api));
        Processes.Signal(api, "KILL");
        await Eventually.TrueAsync(() => !Processes.IsAlive(peers), s_patience, "the process for WebRTC ends with its API");
        await system.StartedAsync("camera-api", Cancel);

        await Eventually.TrueAsync(async () => await PictureAsync(system, guard) is { } picture && !picture.AsSpan().SequenceEqual(before), s_patience, "there are new pictures under the same lease");
        var camera = await system.Api.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}", Cancel);
        Assert.Equal(("held", guard.Ref), (camera.GetProperty("state").GetString(), camera.GetProperty("lease_ref").GetString()));
        await page.CloseAsync();
        await Eventually.TrueAsync(async () => await system.StateAsync(cameraId) == "suspended", s_patience, "it is missing");
        var log = await system.LogAsync("camera-api");
        Assert.DoesNotContain(guard.Id, log, StringComparison.Ordinal);
        Assert.DoesNotContain("a=ice", log, StringComparison.Ordinal);
    }

    private static async Task<byte[]?> PictureAsync(AttendanceSystem system, Lease lease)
    {
        try
        {
            using var response = await system.Api.GetAsync(lease.SnapshotUrl, Cancel);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsByteArrayAsync(Cancel) : null;
        }
        catch (HttpRequestException)
        {
            return null; // the API is not back yet
        }
    }
}
