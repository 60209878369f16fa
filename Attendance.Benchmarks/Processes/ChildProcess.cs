using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Attendance.Benchmarks.Processes;

/// <summary>A program that is measured, or that a measured program needs. Disposing of this object ends it and everything it started.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ChildProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += Collect;
        process.ErrorDataReceived += Collect;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

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

    /// <exception cref="Win32Exception">There is no such program.</exception>
    public static ChildProcess Start(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return new ChildProcess(Process.Start(start)!);
    }

    public async Task WriteAsync(string input, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        _process.StandardInput.Close();
    }

    /// <summary>Sends SIGINT, as Ctrl+C does.</summary>
    /// <returns>How long the process took to end.</returns>
    public async Task<TimeSpan> InterruptAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        using var signal = Process.Start("/bin/kill", ["-INT", Pid.ToString(CultureInfo.InvariantCulture)]);
        while (!HasExited) // WaitForExitAsync would also wait for those that have inherited its output
        {
            await Task.Delay(s_look, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(began);
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Asks every two hundredth of the time that has passed: who asks more often takes time from who starts. Gives up where the
    /// process ended or the time is up.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, TimeSpan bound, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            var passed = Stopwatch.GetElapsedTime(started);
            if (HasExited || passed > bound)
            {
                throw new InvalidOperationException($"{_process.StartInfo.FileName} did not get ready:\n{Output}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2) + (passed / 200), cancellationToken);
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_stop);
        }

        _process.Dispose();
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}
