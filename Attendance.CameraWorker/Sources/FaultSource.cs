using System.Diagnostics;
using System.Runtime.InteropServices;
using Attendance.CameraWorker.Host;
using Attendance.CameraWorker.Pictures;

namespace Attendance.CameraWorker.Sources;

/// <summary>
/// A test pattern that fails when a test tells it to, in the same way as a real driver. To hang, it makes a native call that cannot be
/// cancelled. To crash, it writes to an address that has no memory. It reads its control file before it opens, before each frame and before
/// it closes, so that a test can make it fail while the camera is held. Unix only.
/// </summary>
/// <remarks>For tests only. The API refuses it elsewhere, unless <c>Capture:AllowFaultCameras</c> is set.</remarks>
internal sealed partial class FaultSource(ICaptureSource camera, string controlFile, CaptureRequest request, Stream output) : ICaptureSource
{
    private static readonly byte[] s_noJpeg = "This is not a JPEG."u8.ToArray();

    private bool _keepsPipe;

    public CaptureOpened Open()
    {
        Strike(FaultPoint.Open);
        return camera.Open();
    }

    public bool TryRead(FrameBuffer frame, CancellationToken stop)
    {
        var faults = Strike(FaultPoint.Read);
        if (!camera.TryRead(frame, stop))
        {
            return false;
        }

        if (faults.Any(fault => fault.Kind == FaultKind.Garbage))
        {
            frame.Put(s_noJpeg, PictureQuality.Unknown);
        }

        return true;
    }

    public void Dispose()
    {
        try
        {
            Strike(FaultPoint.Close);
        }
        catch (CaptureException)
        {
            // The same line made the opening or the frame before fail, which was already reported.
        }

        camera.Dispose();
    }

    private List<Fault> Strike(FaultPoint point)
    {
        var faults = FaultFile.Take(controlFile, point, request.CameraId);
        foreach (var fault in faults)
        {
            WorkerLog.Write($"Fault: {fault}");
            Strike(fault);
        }

        return faults;
    }

    private void Strike(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Hang:
                ReadWhatNobodyWrites();
                break;
            case FaultKind.Crash:
                WriteWhereNoMemoryIs();
                break;
            case FaultKind.Fail:
                throw new CaptureException(
                    fault.Point == FaultPoint.Open ? CaptureFailureCode.OpenFailed : CaptureFailureCode.ReadFailed,
                    $"Camera '{request.CameraId}' was told to fail.");
            case FaultKind.Missing:
                throw new CaptureException(CaptureFailureCode.DeviceMissing, $"Camera '{request.CameraId}' was told to be missing.");
            case FaultKind.Slow:
                Thread.Sleep(fault.Milliseconds);
                break;
            case FaultKind.GarbageProtocol:
                output.Write([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
                break;
            case FaultKind.IgnoreSigTerm:
                SetHandler(SigTerm, IgnoreSignal);
                break;
            case FaultKind.KeepPipe when !_keepsPipe:
                _keepsPipe = true;
                StartWhoKeepsOurPipe();
                break;
        }
    }

    /// <summary>Hangs in a native read and never returns. A signal that is handled interrupts the read, which then starts again.</summary>
    private static unsafe void ReadWhatNobodyWrites()
    {
        var ends = stackalloc int[2];
        if (Pipe(ends) != 0)
        {
            throw new IOException("There is no pipe to hang on.");
        }

        byte nothing;
        while (true)
        {
            _ = Read(ends[0], &nothing, 1);
        }
    }

    /// <summary>
    /// Ends the process by SIGSEGV. The runtime does not handle the signal, and no core file is written, because the crash is intended.
    /// </summary>
    private static unsafe void WriteWhereNoMemoryIs()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = ControlProcess(SetDumpable, 0, 0, 0, 0);
        }

        SetHandler(SigSegv, DefaultAction);
        Fill((void*)16, 0, 1);
    }

    /// <summary>
    /// Starts a child that inherits our standard error. The child outlives this process until the control file no longer asks for it.
    /// </summary>
    private void StartWhoKeepsOurPipe()
    {
        using var child = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "while grep -q '^keep pipe' \"$0\"; do sleep 0.1; done 2>/dev/null", controlFile },
        });
    }

    private const int SigSegv = 11;
    private const int SigTerm = 15;
    private const nint DefaultAction = 0;
    private const nint IgnoreSignal = 1;
    private const int SetDumpable = 4; // PR_SET_DUMPABLE

    [LibraryImport("libc", EntryPoint = "pipe")]
    private static unsafe partial int Pipe(int* ends);

    [LibraryImport("libc", EntryPoint = "read")]
    private static unsafe partial nint Read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "memset")]
    private static unsafe partial nint Fill(void* memory, int value, nuint count);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ControlProcess(int option, nuint one, nuint two, nuint three, nuint four);
}
