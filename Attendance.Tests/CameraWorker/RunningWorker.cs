using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Attendance.CameraApi.Capture;
using Xunit;

namespace Attendance.Tests.CameraWorker;

/// <summary>A real capture worker, and the API's side of its pipes. It is killed when the test ends.</summary>
internal sealed class RunningWorker : IAsyncDisposable
{
    /// <summary>Generous: an emulated machine is twenty times slower than this one.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(V4l2.V4l2Guest.IsHere ? 120 : 20);

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly Task _logging;

    private RunningWorker(Process process)
    {
        _process = process;
        _logging = CollectLogAsync();
    }

    public int Id => _process.Id;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public static RunningWorker Start(ProcessIdentity? owner = null, params string[] more) => Start(owner, environment: null, more);

    public static RunningWorker Start(ProcessIdentity? owner, Dictionary<string, string>? environment, params string[] more)
    {
        string[] arguments = [WorkerProgram.OwnerOption, (owner ?? ProcessIdentity.Current).ToString(), .. more];
        var start = new ProcessStartInfo(WorkerCommand.Find(), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return new RunningWorker(Process.Start(start)!);
    }

    public static RunningWorker StartAndOpen(string source, Func<CaptureRequest, CaptureRequest>? change = null, Dictionary<string, string>? environment = null)
    {
        var worker = Start(owner: null, environment);
        var request = new CaptureRequest("door", source, null, null, null, 80, Patience, Patience);
        worker.Send(CaptureProtocol.OpenCommand + JsonSerializer.Serialize(change?.Invoke(request) ?? request, CaptureJson.Default.Options));
        return worker;
    }

    public void Send(string line)
    {
        _process.StandardInput.Write(line + "\n");
        _process.StandardInput.Flush();
    }

    public void CloseInput() => _process.StandardInput.Close();

    /// <returns>Null at the end of the worker's output.</returns>
    public async Task<WorkerRecord?> NextAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var output = _process.StandardOutput.BaseStream;
        var header = new byte[CaptureProtocol.RecordHeaderLength];
        if (await output.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, patience.Token) < header.Length)
        {
            return null;
        }

        var (kind, length) = CaptureProtocol.ReadRecordHeader(header);
        var payload = new byte[length];
        await output.ReadExactlyAsync(payload, patience.Token);
        return new(kind, payload);
    }

    public async Task<CaptureOpened> OpenedAsync()
    {
        var record = await NextAsync();
        Assert.True(record?.Kind == CaptureRecord.Opened, $"Not opened: {record} {Log}");
        return record!.Read<CaptureOpened>();
    }

    public async Task<WorkerRecord> FrameAsync()
    {
        var record = await NextAsync();
        Assert.True(record?.Kind == CaptureRecord.Frame, $"No frame: {record} {Log}");
        return record!;
    }

    /// <summary>Reads on until the worker says why it gives up.</summary>
    public async Task<CaptureFailure> FailureAsync()
    {
        while (await NextAsync() is { } record)
        {
            if (record.Kind == CaptureRecord.Failed)
            {
                return record.Read<CaptureFailure>();
            }
        }

        throw new InvalidOperationException("The worker ended without a word. " + Log);
    }

    /// <returns>The exit code and how long the worker took from now.</returns>
    public async Task<(int Code, TimeSpan After)> ExitAsync()
    {
        var started = Stopwatch.GetTimestamp();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return (_process.ExitCode, Stopwatch.GetElapsedTime(started));
    }

    /// <returns>The exit code.</returns>
    public async Task<int> SignalAsync(string signal)
    {
        await RunAsync("kill", "-" + signal, Id.ToString(CultureInfo.InvariantCulture));
        return (await ExitAsync()).Code;
    }

    /// <summary>Waits for the log, which comes by a pipe of its own.</summary>
    public async Task<string> LogToTheEndAsync()
    {
        await _logging.WaitAsync(Patience, TestContext.Current.CancellationToken);
        return Log;
    }

    /// <summary>Resident memory, in MiB; 0 once the process has ended.</summary>
    public double Memory()
    {
        try
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    public static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        return (process.ExitCode, output + await errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        }

        await _logging.WaitAsync(Patience);
        _process.Dispose();
    }

    private async Task CollectLogAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.AppendLine(line);
            }
        }
    }
}

internal sealed record WorkerRecord(CaptureRecord Kind, byte[] Payload)
{
    public FrameHeader Header => FrameHeader.Read(Payload);

    public ReadOnlySpan<byte> Jpeg => Payload.AsSpan(FrameHeader.Length);

    public T Read<T>() => JsonSerializer.Deserialize<T>(Payload, CaptureJson.Default.Options)!;

    public override string ToString() => Kind == CaptureRecord.Frame ? $"{Header}" : $"{Kind} {Encoding.UTF8.GetString(Payload)}";
}
