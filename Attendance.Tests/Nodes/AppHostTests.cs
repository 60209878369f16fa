using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>Tests several nodes that the AppHost starts, as a page sees them through Web.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class AppHostTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_nodes_are_one_system_to_a_page_also_when_one_of_them_is_killed()
    {
        await using var system = await AttendanceSystem.StartAsync(
            Cancel, "--nodes=3", "--Cameras:hall:Source=test-pattern", "--Cameras:hall:Scope=lobby");
        await system.HealthyAsync("camera-api-2", Cancel);
        await system.HealthyAsync("camera-api-3", Cancel);
        await Eventually.TrueAsync(
            async () => (await CamerasAsync(system)).SequenceEqual(["demo", "demo-2", "demo-3", "hall"]), s_patience, "all cameras are listed");

        // However often it is asked, and so by which node: the same camera, the same lease.
        var lease = await AcquireAsync(system, "demo-3", HttpStatusCode.Created);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(lease, await AcquireAsync(system, "demo-3", HttpStatusCode.OK));
        }

        // What meets it while it dies is told to come again; what comes when it is dead goes to another.
        var killed = await system.ProcessAsync("camera-api-2", Cancel);
        Processes.Signal(killed, "KILL");
        await Eventually.TrueAsync(() => !Processes.IsAlive(killed), s_patience, "it is dead");
        for (var i = 0; i < 6; i++)
        {
            using var renewed = await system.Operator.PutAsync($"/api/leases/{lease}", null, Cancel);
            Assert.True(renewed.StatusCode == HttpStatusCode.OK, await renewed.Content.ReadAsStringAsync(Cancel));
        }

        using var released = await system.Operator.DeleteAsync($"/api/leases/{lease}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
    }

    private static async Task<IEnumerable<string?>> CamerasAsync(AttendanceSystem system) =>
        (await system.Operator.GetFromJsonAsync<JsonElement>("/api/cameras", Cancel)).GetProperty("cameras").EnumerateArray()
            .Select(camera => camera.GetProperty("camera_id").GetString()).ToList();

    private static async Task<string> AcquireAsync(AttendanceSystem system, string cameraId, HttpStatusCode expected)
    {
        using var response = await system.Operator.PostAsJsonAsync("/api/leases", new { session_id = "session_of_three_nodes", camera_id = cameraId }, Cancel);
        Assert.True(response.StatusCode == expected, await response.Content.ReadAsStringAsync(Cancel));
        return Lease.From(await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).Id;
    }
}
