using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Attendance.Tests.Programs;

/// <summary>A program that a test needs. Its output is kept, and it ends with this object, together with everything that it has started.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>
    /// A shell script that ends a server and deletes its folder when standard input closes, which happens even if this process is
    /// killed. It sends SIGINT, because an interrupted server disconnects its clients at once.
    /// </summary>
    private const string Guard = """
        trap : INT TERM HUP # Ctrl+C goes to this shell as well
        exec 3<&0
        folder=$1; shift
        "$@" </dev/null 3<&- &
        server=$!
        { read -r _ <&3; kill -INT "$server"; } 2>/dev/null &
        guard=$!
        while kill -0 "$server" 2>/dev/null; do wait "$server"; done
        kill "$guard" 2>/dev/null
        rm -rf "$folder"
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Action<string>? _heard;
    private bool _isDisposed;

    private ServerProcess(Process process, Action<string>? heard)
    {
        (_process, _heard, Id) = (process, heard, process.Id);
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.BeginOutputReadLine(); // a full pipe would block the program
        process.BeginErrorReadLine();
    }

    public int Id { get; }

    public bool IsRunning => !_isDisposed && !_process.HasExited;

    /// <summary>Everything that the program has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="environment">Variables besides those of this process.</param>
    /// <param name="heard">Called with each line that the program writes.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static ServerProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null, Action<string>? heard = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder ?? "" };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Start(start, heard);
    }

    public static ServerProcess Start(ProcessStartInfo start, Action<string>? heard = null)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return new ServerProcess(Process.Start(start)!, heard);
    }

    /// <summary>The command line of a shell that guards a server: it ends with this process, however that ends, and its folder goes with it.</summary>
    public static string[] Guarded(string folder, params string[] command) => ["sh", "-c", Guard, "guard", folder, .. command];

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until the program is ready. If it ends before that or the time is up, it is stopped and the error has its output.</summary>
    public async Task ReadyAsync(Func<Task<bool>> isReady, TimeSpan bound, string what)
    {
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    Assert.True(IsRunning, $"It has ended: {what}.");
                    return await isReady();
                },
                bound, what);
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Output);
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="ReadyAsync(Func{Task{bool}}, TimeSpan, string)"/>: a service is ready when it says so.</summary>
    public Task HealthyAsync(HttpClient client, TimeSpan bound, string what) => ReadyAsync(
        async () =>
        {
            try
            {
                using var response = await client.GetAsync(new Uri("/health", UriKind.Relative), Cancel);
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false; // not listening yet
            }
        },
        bound, what);

    /// <summary>Writes the program's whole input and closes it.</summary>
    public async Task WriteAsync(string input)
    {
        await _process.StandardInput.WriteAsync(input);
        _process.StandardInput.Close();
    }

    /// <returns>The exit code; 128 and the signal where it was killed.</returns>
    public async Task<int> ExitAsync(TimeSpan? bound = null)
    {
        await _process.WaitForExitAsync(Cancel).WaitAsync(bound ?? s_patience, Cancel);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal that may end it, and waits until it has.</summary>
    public Task<int> SignalAsync(string signal, TimeSpan? bound = null)
    {
        Processes.Signal(Id, signal);
        return ExitAsync(bound);
    }

    /// <summary>Kills the program with SIGKILL: it cannot clean up, and the processes that it has started go on.</summary>
    public async Task KillAsync()
    {
        if (IsRunning)
        {
            Kill();
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_patience);
        }
    }

    /// <summary>As <see cref="KillAsync"/>, without waiting, because a process that it has started may hold its output open.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Closes its input, which ends a guarded server, and waits. A program that does not end is killed.</summary>
    public async Task FinishAsync(TimeSpan bound)
    {
        if (IsRunning)
        {
            _process.StandardInput.Close();
            using var late = new CancellationTokenSource(bound);
            try
            {
                await _process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                // It is ended below.
            }
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return; // a test may end it sooner
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_patience);
        }

        _isDisposed = true;
        _process.Dispose();
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not { } text)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(text);
        }

        _heard?.Invoke(text);
    }
}
