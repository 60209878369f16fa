using System.Globalization;
using Garnet;

namespace Attendance.LocalHosting.Running;

/// <summary>A Redis-compatible server in this process: it cannot outlive it.</summary>
internal sealed class GarnetInstance : IRunning
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Task> _stopped;

    private GarnetInstance(GarnetServer server) => _stopped = new Lazy<Task>(() => Task.Run(() =>
    {
        server.Dispose();
        _exited.TrySetResult(0);
    }));

    public int? ProcessId => null;

    public Task<int> Exited => _exited.Task;

    /// <param name="dataDirectory">Where the append-only file is; null for a server that forgets.</param>
    public static Task<GarnetInstance> StartAsync(int port, string password, string? dataDirectory) => Task.Run(() =>
    {
        List<string> arguments =
        [
            "--bind", "127.0.0.1",
            "--port", port.ToString(CultureInfo.InvariantCulture),
            "--auth", "Password",
            "--password", password,
            "--lua",
            "--lua-transaction-mode", // without it scripts of two connections interleave, and two sessions get one camera
            "--index", "16m",
            "-q",
            "--disable-console-logger",
        ];
        if (dataDirectory is not null)
        {
            // The default device is native and wants a newer libc than some systems have.
            // Past the limit it writes a checkpoint and begins the file anew, so that weeks of renewals do not fill the disk.
            arguments.AddRange(
            [
                "--aof", "--recover", "--checkpointdir", dataDirectory, "--device-type", "RandomAccess", "--aof-size-limit", "64m", "--aof-segment-size", "32m",
            ]);
        }

        var server = new GarnetServer([.. arguments]);
        server.Start();
        return new GarnetInstance(server);
    });

    public Task StopAsync() => _stopped.Value;

    public async ValueTask DisposeAsync() => await StopAsync();
}
