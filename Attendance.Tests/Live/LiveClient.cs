using System.Diagnostics;
using System.Text.Json;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Live;

/// <summary>A client that speaks WebRTC and is no browser. It answers each line with a line.</summary>
/// <param name="script">The name of its script in this folder.</param>
/// <param name="program">What runs the script.</param>
internal abstract class LiveClient(string script, string program = "node") : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process = Process.Start(new ProcessStartInfo(program, [Repository.PathOf("Attendance.Tests", "Live", script)])
    {
        RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
    })!;

    /// <summary>Where libwebrtc is: beside the camera API.</summary>
    protected static string Folder => Path.Combine(Path.GetDirectoryName(BuiltProgram.PathOf("Attendance.CameraApi"))!, "live");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Kill() => Processes.Signal(_process.Id, "KILL");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    protected async Task<T> AskAsync<T>(object wish)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(wish));
        await _process.StandardInput.FlushAsync(Cancel);
        var line = await _process.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(s_patience, Cancel);
        return JsonSerializer.Deserialize<T>(line!, JsonSerializerOptions.Web)!;
    }
}
