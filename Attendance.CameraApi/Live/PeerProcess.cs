using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Live;

/// <summary>
/// The child process that speaks WebRTC with all peers of this node, by libwebrtc. Native code can hang or crash, and a process can be
/// killed and started anew. It is started with the first peer. It has no secret in its environment or arguments, and ends when this
/// process does.
/// </summary>
internal sealed partial class PeerProcess(IOptions<LiveOptions> options, TimeProvider clock, ILogger<PeerProcess> logger) : IAsyncDisposable
{
    private const string Folder = "live", Program = "peers.js";
    private const int NameLength = 16;
    private static readonly TimeSpan s_answersWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    /// <summary>The environment variables that the process inherits: those that Node.js needs, and no secret.</summary>
    private static readonly string[] s_inherited = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "SystemRoot", "windir", "PATHEXT"];

    private static readonly string s_home = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _asked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _peers = new(StringComparer.Ordinal);
    private Running? _running;
    private bool _isClosed;

    /// <summary>Raised when a peer is gone that was not ended, also because the process is. Handlers must not block.</summary>
    public event Action<string>? Gone;

    /// <summary>The process id, or null while there is no process.</summary>
    public int? Pid
    {
        get
        {
            lock (_gate)
            {
                return _running?.Process.Id;
            }
        }
    }

    /// <summary>Makes up a name for a peer. It is not a secret.</summary>
    public static string NewName() => RandomNumberGenerator.GetHexString(NameLength, lowercase: true);

    /// <summary>Connects a peer.</summary>
    /// <returns>The answer to its offer.</returns>
    /// <exception cref="LiveUnavailableException">There is no process, or it does not answer.</exception>
    /// <exception cref="OfferRefusedException">The offer is not one that libwebrtc understands.</exception>
    public async Task<string> ConnectAsync(OfferingPeer wish, CancellationToken cancellationToken)
    {
        var peer = wish.Peer;
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[peer] = answer;
        _peers[peer] = 0;
        try
        {
            Send(Started(), wish);
            return await answer.Task.WaitAsync(s_answersWithin, clock, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            Kill(); // it hangs, and takes all of its peers with it; they come back
            throw new LiveUnavailableException("The process for WebRTC did not answer, and is started anew.", exception);
        }
        catch
        {
            End(peer);
            throw;
        }
        finally
        {
            _asked.TryRemove(peer, out _);
        }
    }

    public void End(string peer)
    {
        if (_peers.TryRemove(peer, out _) && Current() is { } running)
        {
            Send(running, new EndPeer(peer));
        }
    }

    /// <summary>Ends the process, and with it all peers. The next peer starts it anew.</summary>
    public void Kill()
    {
        if (Current() is { } running)
        {
            Kill(running.Process);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Running? running;
        lock (_gate)
        {
            (_isClosed, running) = (true, _running);
        }

        if (running is not null)
        {
            Kill(running.Process);
            await running.Over.Task.WaitAsync(s_answersWithin, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Running? Current()
    {
        lock (_gate)
        {
            return _running;
        }
    }

    private Running Started()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw new LiveUnavailableException("This node is shutting down.");
            }

            return _running ??= Start();
        }
    }

    private Running Start()
    {
        var program = Path.Combine(s_home, Folder, Program);
        if (!File.Exists(program))
        {
            throw new LiveUnavailableException($"The program '{Folder}/{Program}' is missing beside the camera API. Install the camera API again, with its folder '{Folder}'.");
        }

        var start = new ProcessStartInfo(options.Value.Node, ["--max-old-space-size=128", program])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(name => !s_inherited.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new LiveUnavailableException($"'{options.Value.Node}' cannot be run. Install Node.js 18 or newer (Debian: nodejs), or say in '{LiveOptions.Section}:Node' where it is.", exception);
        }

        LogStarted(process.Id);
        var running = new Running(process);
        var setup = options.Value;
        Send(running, new PeerSetup(
            setup.Port, setup.Port == 0 ? 0 : setup.Port + setup.Ports - 1, [.. setup.Addresses], [.. setup.IceServers.Select(server => new PeerIceServer(server.Url, server.UserName, server.Credential))]));
        _ = Task.Run(() => AttendAsync(running));
        return running;
    }

    /// <summary>Hears what the process says until it ends, and ends it if it uses too much memory.</summary>
    private async Task AttendAsync(Running running)
    {
        Activity.Current = null; // the request that started it will be over
        var process = running.Process;
        var beside = Task.WhenAll(WriteAsync(running), LogErrorsAsync(process), LimitMemoryAsync(process));
        try
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                Hear(line);
            }
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            LogBrokeOff(exception.GetType().Name);
        }

        Kill(process);
        await process.WaitForExitAsync();
        running.Commands.Writer.TryComplete();
        await beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        LogEnded(process.Id, process.ExitCode);
        lock (_gate)
        {
            _running = null;
        }

        process.Dispose();
        running.Over.SetResult();
        foreach (var peer in _peers.Keys)
        {
            Lose(peer, "The process for WebRTC has ended, and is started anew.");
        }
    }

    /// <summary>Writes the commands. Only this waits while the process does not read: whoever ends a lease never does.</summary>
    private static async Task WriteAsync(Running running)
    {
        try
        {
            await foreach (var command in running.Commands.Reader.ReadAllAsync())
            {
                await running.Process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command, WireJson.Kept));
                await running.Process.StandardInput.FlushAsync();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended or is about to; those who wait for it are told so.
        }
    }

    private void Hear(string line)
    {
        var said = JsonSerializer.Deserialize<PeerSaid>(line, WireJson.Kept) ?? throw new JsonException();
        if (said.Gone)
        {
            Lose(said.Peer, "The peer is gone.");
        }
        else if (_asked.TryGetValue(said.Peer, out var asked))
        {
            _ = said switch
            {
                { Answer: { } answer } => asked.TrySetResult(answer),
                { Refused: { } why } => asked.TrySetException(new OfferRefusedException(why)),
                _ => asked.TrySetException(new LiveUnavailableException("The process for WebRTC could not answer.")),
            };
            if (said.Failed is { } failed)
            {
                LogFailed(failed);
            }
        }
    }

    private void Lose(string peer, string why)
    {
        if (_asked.TryGetValue(peer, out var asked))
        {
            asked.TrySetException(new LiveUnavailableException(why));
        }

        if (_peers.TryRemove(peer, out _))
        {
            Gone?.Invoke(peer);
        }
    }

    private async Task LogErrorsAsync(Process process)
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            LogSaid(process.Id, line.Length > 300 ? line[..300] : line);
        }
    }

    private async Task LimitMemoryAsync(Process process)
    {
        var most = options.Value.MaxMemory * 1024L * 1024;
        var exited = process.WaitForExitAsync();
        while (await Task.WhenAny(exited, Task.Delay(s_look, clock)) != exited)
        {
            process.Refresh();
            if (!process.HasExited && process.WorkingSet64 > most)
            {
                LogTooLarge(process.Id, options.Value.MaxMemory);
                Kill(process);
            }
        }
    }

    /// <summary>Does not wait. If the process has not read what it was told before, it hangs, and is ended.</summary>
    private static void Send(Running running, PeerCommand command)
    {
        if (!running.Commands.Writer.TryWrite(command))
        {
            Kill(running.Process);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    /// <summary>A process, with the commands that it has not been told yet.</summary>
    private sealed record Running(Process Process)
    {
        private const int MostUntold = 1000;

        public Channel<PeerCommand> Commands { get; } = Channel.CreateBounded<PeerCommand>(MostUntold);

        /// <summary>Completes when the process has ended.</summary>
        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(LogLevel.Information, "The process for WebRTC runs as {Pid}")]
    private partial void LogStarted(int pid);

    [LoggerMessage(LogLevel.Warning, "The process for WebRTC, {Pid}, has ended with {ExitCode}. Its peers connect again by themselves")]
    private partial void LogEnded(int pid, int exitCode);

    [LoggerMessage(LogLevel.Warning, "The process for WebRTC, {Pid}, used more than {Limit} MiB and was ended")]
    private partial void LogTooLarge(int pid, int limit);

    [LoggerMessage(LogLevel.Warning, "The process for WebRTC could not answer an offer: {Error}")]
    private partial void LogFailed(string error);

    [LoggerMessage(LogLevel.Warning, "The process for WebRTC says what cannot be read, and is ended: {Error}")]
    private partial void LogBrokeOff(string error);

    [LoggerMessage(LogLevel.Debug, "The process for WebRTC, {Pid}: {Line}")]
    private partial void LogSaid(int pid, string line);
}
