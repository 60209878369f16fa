using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// A child process that has at most one camera open. Native capture code can hang or crash, but a process can always be killed, and the
/// kernel then closes its device.
/// </summary>
internal sealed partial class WorkerProcess
{
    private readonly Process _process;
    private readonly ILogger _logger;
    private readonly Lock _sending = new();
    private readonly TaskCompletionSource<CaptureOpened> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile CaptureFailure? _failure;
    private volatile CaptureTimes? _times;
    private string _cameraId = "";
    private Action<CapturedFrame>? _onFrame;

    private WorkerProcess(Process process, ILogger logger)
    {
        (_process, _logger) = (process, logger);
        Pid = process.Id;
        // Each reader has its own thread rather than one of the pool, because reading a pipe blocks the thread as long as nothing comes.
        var output = StartThread("capture frames", ReadRecords);
        var errors = StartThread("capture log", ReadLog);
        StartThread("capture exit", () =>
        {
            output.Join();
            errors.Join();
            process.WaitForExit();
            CloseStreams();
            _exited.SetResult();
        });
    }

    public int Pid { get; }

    /// <summary>The id of the worker's camera, or empty before it is told to open one.</summary>
    public string CameraId => _cameraId;

    /// <summary>Completes when the process has ended, so that everything it had open is closed.</summary>
    public Task Exited => _exited.Task;

    /// <summary>Why the worker gave up or ended, or null as long as neither has happened.</summary>
    public CaptureFailure? Failure => _failure;

    /// <summary>The times of the worker's steps, or null if it has not reported any.</summary>
    public CaptureTimes? Times => _times;

    /// <param name="maxPixels">See <see cref="CaptureOptions.MaxPixels"/>.</param>
    /// <exception cref="FileNotFoundException">The worker's program is missing.</exception>
    public static WorkerProcess Start(ILogger logger, int maxPixels) => new(Process.Start(WorkerCommand.StartInfo(maxPixels))!, logger);

    /// <summary>Tells the worker what to open. Frames follow; <paramref name="onFrame"/> is called on this worker's own reader thread.</summary>
    /// <returns>What the device delivers, known before its first frame.</returns>
    /// <exception cref="CameraUnavailableException">The device does not open.</exception>
    public Task<CaptureOpened> OpenAsync(CaptureRequest request, Action<CapturedFrame> onFrame)
    {
        (_cameraId, _onFrame) = (request.CameraId, onFrame);
        TrySend(CaptureProtocol.OpenCommand + JsonSerializer.Serialize(request, CaptureJson.Default.CaptureRequest));
        return _opened.Task;
    }

    /// <summary>Lets the worker send its pictures, decoded, to the listener of a socket, for as long as there is one.</summary>
    public void ShowTo(string socket) => TrySend(CaptureProtocol.ShowCommand + socket);

    /// <summary>Asks the worker to close its device and to exit.</summary>
    public void Release() => TrySend(CaptureProtocol.ReleaseCommand);

    /// <summary>Sends SIGTERM. On Windows, which has no such signal, it does the same as <see cref="Kill"/>.</summary>
    public void Terminate()
    {
        if (OperatingSystem.IsWindows())
        {
            Kill();
        }
        else if (!_process.HasExited)
        {
            _ = SendSignal(Pid, SigTerm);
        }
    }

    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // The process has already ended.
        }
    }

    /// <summary>
    /// Closes the three pipes at once. Otherwise each ended worker would hold three descriptors until the next garbage collection.
    /// </summary>
    private void CloseStreams()
    {
        try
        {
            _process.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // Nobody reads what was still to be written.
        }

        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
    }

    private void TrySend(string line)
    {
        try
        {
            lock (_sending)
            {
                _process.StandardInput.WriteLine(line);
                _process.StandardInput.Flush();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The process has ended or is about to; Exited reports it.
        }
    }

    private void ReadRecords()
    {
        var output = _process.StandardOutput.BaseStream;
        try
        {
            while (CaptureProtocol.ReadRecord(output) is { } said)
            {
                Receive(said);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            _failure ??= new CaptureFailure(CaptureFailureCode.ReadFailed, $"The capture worker broke off: {exception.Message}");
            Kill();
        }

        _failure ??= new CaptureFailure(CaptureFailureCode.ReadFailed, "The capture worker ended unexpectedly.");
        if (_opened.TrySetException(new CameraUnavailableException(_cameraId, _failure)))
        {
            _ = _opened.Task.Exception; // marks the exception as observed, because perhaps nobody waits any more
        }
    }

    private void Receive(object said)
    {
        switch (said)
        {
            case CaptureOpened opened:
                _opened.TrySetResult(opened);
                break;
            case CapturedFrame frame:
                _onFrame?.Invoke(frame);
                break;
            case CaptureFailure failure:
                _failure = failure;
                break;
            case CaptureTimes times:
                _times = times;
                break;
        }
    }

    private void ReadLog()
    {
        try
        {
            var lines = new WorkerLogLines(_process.StandardError.BaseStream, TimeProvider.System);
            while (lines.TryRead(out var line))
            {
                LogWorkerSaid(_cameraId, Pid, line);
            }
        }
        catch (IOException)
        {
            // The pipe broke, so the process has ended.
        }
    }

    private static Thread StartThread(string name, Action run)
    {
        var thread = new Thread(() => run(), 256 * 1024) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private const int SigTerm = 15;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);

    private void LogWorkerSaid(string cameraId, int pid, string line) => LogWorkerSaid(_logger, cameraId, pid, line);

    [LoggerMessage(LogLevel.Information, "Camera {CameraId}, worker {Pid}: {Line}")]
    private static partial void LogWorkerSaid(ILogger logger, string cameraId, int pid, string line);
}
