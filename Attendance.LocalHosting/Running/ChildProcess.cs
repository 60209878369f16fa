using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Attendance.LocalHosting.Running;

/// <param name="Guarded">Whether a guardian ends it when this process is gone. A project of ours sees to that itself.</param>
internal sealed record ProcessSpec(
    string FileName,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment,
    bool Guarded);

/// <summary>
/// A process of ours. It lives in a session of its own, so that Ctrl+C in a terminal reaches this process alone, which then
/// stops the others in order. Its standard input stays open as long as this process lives: the kernel closes it, whatever
/// happens here, and that is how the process (or its guardian) learns that it has been left behind.
/// </summary>
internal sealed class ChildProcess : IRunning
{
    /// <summary>
    /// Runs a program and, beside it, a loop that reads standard input. At its end, which is the end of the process that holds the
    /// other one, everything in this session is killed. The first line of output is the program's process id.
    /// </summary>
    private const string Guardian = """
        exec 3<&0 </dev/null
        { while read -r _; do :; done; kill -s KILL -- -$$; } <&3 >/dev/null 2>&1 &
        exec 3<&-
        /bin/sh -c 'echo $$; exec "$@"' child "$@"
        code=$?
        trap '' TERM
        kill -s TERM -- -$$
        exit $code
        """;

    private const string NewSession = "/usr/bin/setsid";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(6);

    private readonly Process _process;
    private readonly Task _output;

    private ChildProcess(Process process, int processId, Task output)
    {
        _process = process;
        _output = output;
        ProcessId = processId;
        Exited = WaitAsync();
    }

    public int? ProcessId { get; }

    public Task<int> Exited { get; }

    public static async Task<ChildProcess> StartAsync(ProcessSpec spec, Action<string, bool> write, CancellationToken cancellationToken)
    {
        var guarded = spec.Guarded && !OperatingSystem.IsWindows();
        List<string> command = [spec.FileName, .. spec.Arguments];
        if (guarded)
        {
            command.InsertRange(0, ["/bin/sh", "-c", Guardian, "guardian"]);
        }

        if (File.Exists(NewSession))
        {
            command.Insert(0, NewSession);
        }

        var process = Start(command, spec);
        var processId = process.Id;
        try
        {
            if (guarded && await process.StandardOutput.ReadLineAsync(cancellationToken) is { } announced)
            {
                processId = int.Parse(announced, CultureInfo.InvariantCulture);
            }
        }
        catch
        {
            process.StandardInput.Close();
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ChildProcess(process, processId, Task.WhenAll(
            ReadAsync(process.StandardOutput, line => write(line, false)),
            ReadAsync(process.StandardError, line => write(line, true))));
    }

    public async Task StopAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            _process.StandardInput.Close(); // there is no SIGTERM, but a service of ours takes this for one
        }
        else if (!Exited.IsCompleted)
        {
            Signals.Terminate(ProcessId!.Value);
        }

        try
        {
            await Exited.WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            _process.StandardInput.Close(); // the guardian kills its whole session
            _process.Kill(entireProcessTree: true);
            await Exited;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private static Process Start(List<string> command, ProcessSpec spec)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new DistributedApplicationException($"'{spec.FileName}' cannot be started: {error.Message}");
        }
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> write)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            write(line);
        }
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();

        // Its last words are read before its end is told; but somebody who inherited its output must not hold that up.
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
        return _process.ExitCode;
    }
}
