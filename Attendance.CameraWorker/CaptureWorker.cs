using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using Attendance.CameraWorker.Host;
using Attendance.CameraWorker.Pictures;
using Attendance.CameraWorker.Pipes;
using Attendance.CameraWorker.Sources;

namespace Attendance.CameraWorker;

/// <summary>
/// A process that has one device open, so that ending the process frees the device. It has four lasting threads. The main thread watches the
/// others. One thread takes commands and never touches the device, so that the end of its input ends the process even while a driver hangs.
/// One thread owns the device, and one sends. A fifth one shows the pictures live, while somebody watches.
/// </summary>
internal sealed class CaptureWorker(ProcessIdentity owner, Stream output) : IDisposable
{
    public const int Released = 0, Failed = 1, Terminated = 128 + 15;

    /// <summary>How long a device may take to close after SIGTERM. The whole exit must stay within half a second.</summary>
    private static readonly TimeSpan s_closing = TimeSpan.FromMilliseconds(400);

    /// <summary>
    /// The extra time after the open timeout. A source has its own timeouts; this one is for a source that does not keep to them.
    /// </summary>
    private static readonly TimeSpan s_openGrace = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan s_watchInterval = TimeSpan.FromMilliseconds(250);

    private readonly Outbox _outbox = new();
    private readonly LivePictures _live = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualResetEventSlim _requested = new();
    private readonly ManualResetEventSlim _terminate = new();
    private volatile CaptureRequest? _request;
    private long _openSince;
    private long _ready;
    private long _opened;
    private volatile bool _failed;

    /// <summary>Runs until the process ends; it does not return.</summary>
    [DoesNotReturn]
    public void Run()
    {
        // Ctrl+C reaches the whole process group. The worker ignores it, because its parent decides when the worker ends.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            _terminate.Set();
        });

        Start("commands", TakeCommands);
        Start("capture", Capture);
        Start("send", Send);
        while (!_terminate.Wait(s_watchInterval))
        {
            if (!owner.IsAlive)
            {
                Exit(Released); // another process holds the other end of our input, but our owner has ended
            }

            EndAnOpenThatHangs();
        }

        _stop.Cancel();
        Thread.Sleep(s_closing);
        Exit(Terminated);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _requested.Dispose();
        _terminate.Dispose();
    }

    private void TakeCommands()
    {
        var commands = new CommandReader(Console.OpenStandardInput());
        Volatile.Write(ref _ready, Stopwatch.GetTimestamp());
        while (commands.TryRead(out var line))
        {
            if (line == CaptureProtocol.ReleaseCommand)
            {
                Release();
            }
            else if (line.StartsWith(CaptureProtocol.OpenCommand, StringComparison.Ordinal))
            {
                Open(line[CaptureProtocol.OpenCommand.Length..]);
            }
            else if (line.StartsWith(CaptureProtocol.ShowCommand, StringComparison.Ordinal))
            {
                _live.ShowTo(line[CaptureProtocol.ShowCommand.Length..], _request?.MaxPixels ?? CaptureProtocol.DefaultMaxPixels);
            }
            else
            {
                WorkerLog.Write($"Ignored a command of {line.Length} characters that is none of ours");
            }
        }

        Exit(Released);
    }

    private void Open(string json)
    {
        if (_request is not null)
        {
            WorkerLog.Write("Ignored a second request to open");
            return;
        }

        try
        {
            _request = JsonSerializer.Deserialize(json, CaptureJson.Default.CaptureRequest) is { CameraId: not null } request
                ? request
                : throw new JsonException();
            Volatile.Write(ref _openSince, Stopwatch.GetTimestamp());
            _requested.Set();
        }
        catch (JsonException)
        {
            // Neither the text nor the parser's message is repeated: both may hold the source.
            Fail(new(CaptureFailureCode.OpenFailed, "The request to open could not be read."));
        }
    }

    private void Release()
    {
        _stop.Cancel();
        if (_failed)
        {
            Exit(Failed); // the failure may still be on its way, but nobody waits for it any more
        }
    }

    private void Capture()
    {
        ICaptureSource? source = null;
        try
        {
            _requested.Wait(_stop.Token);
            source = CaptureSources.Create(_request!, output);
            var opened = source.Open();
            Volatile.Write(ref _openSince, 0);
            Volatile.Write(ref _opened, Stopwatch.GetTimestamp());
            _outbox.Opened(opened, Times());
            WorkerLog.Opened(opened);
            Deliver(source);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The worker was released before it was told what to open.
        }
        catch (Exception exception)
        {
            // The reason is sent before the device is closed, because closing may hang as well.
            Fail(CaptureFailures.From(exception, _request!, opened: Volatile.Read(ref _openSince) == 0));
        }

        source?.Dispose();
        if (!_failed)
        {
            Exit(Released);
        }
    }

    private void Deliver(ICaptureSource source)
    {
        var frame = new FrameBuffer();
        for (var sequence = 0L; !_stop.IsCancellationRequested;)
        {
            if (source.TryRead(frame, _stop.Token))
            {
                sequence = frame.Finish(sequence);
                _live.Take(frame.Jpeg);
                frame = _outbox.Publish(frame);
            }
        }
    }

    private void Send()
    {
        try
        {
            bool isLast;
            do
            {
                output.Write(_outbox.Take(out isLast).Span);
            }
            while (!isLast);
        }
        catch (IOException)
        {
            // The API no longer reads.
        }

        // The kernel closes what the capturing thread has not closed by now.
        Exit(Failed);
    }

    private void EndAnOpenThatHangs()
    {
        if (_request is { } request && Volatile.Read(ref _openSince) is var since and not 0 &&
            Stopwatch.GetElapsedTime(since) > request.OpenTimeout + s_openGrace)
        {
            Fail(CaptureFailures.From(CaptureFailures.OpenTimedOut(request), request, opened: false));
        }
    }

    private void Fail(CaptureFailure failure)
    {
        if (_failed)
        {
            return;
        }

        _failed = true;
        WorkerLog.Write($"Failed: {failure.Code}: {failure.Message}");
        _outbox.Failed(failure, Times(failed: Stopwatch.GetTimestamp()));
    }

    /// <summary>The times to report for the request's trace, or null if the request names none.</summary>
    private CaptureTimes? Times(long? failed = null) => _request is { TraceParent: { } parent }
        ? new CaptureTimes(parent, Volatile.Read(ref _ready), Volatile.Read(ref _opened) is var opened and not 0 ? opened : null, failed)
        : null;

    [DoesNotReturn]
    private static void Exit(int code)
    {
        NativeProcess.ExitNow(code);
        throw new UnreachableException();
    }

    private static void Start(string name, ThreadStart run) => new Thread(run) { IsBackground = true, Name = name }.Start();
}
