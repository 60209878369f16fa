using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Live;

/// <summary>What a node said to an offer.</summary>
internal sealed record Published(HttpStatusCode Status, string? Camera, string? Location, string? Type, string Text);

/// <summary>A client that publishes drawn pictures by WHIP, and is no browser. It is a process of its own, which can be killed.</summary>
internal sealed class Publisher : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    public Publisher()
    {
        _process = Process.Start(new ProcessStartInfo("node", [Repository.PathOf("Attendance.Tests", "Live", "publisher.mjs")])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<Published> PublishAsync(NodeProcess node, string browserCameraId, Lease lease, int width = 640, int height = 480)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new
        {
            folder = Path.Combine(Path.GetDirectoryName(BuiltProgram.PathOf("Attendance.CameraApi"))!, "live"), url = new Uri(node.Address, $"/api/cameras/{browserCameraId}/whip").ToString(),
            key = TestSecrets.ApiKey, lease = lease.Id, width, height,
        }));
        await _process.StandardInput.FlushAsync(Cancel);
        var line = await _process.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(s_patience, Cancel);
        return JsonSerializer.Deserialize<Published>(line!, JsonSerializerOptions.Web)!;
    }

    public void Kill() => Processes.Signal(_process.Id, "KILL");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
