using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Attendance.CameraWorker.Host;

/// <summary>Calls of the operating system that a worker needs for its own process and that the runtime does not offer.</summary>
internal static partial class NativeProcess
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    private const int LimitOfData = 2; // RLIMIT_DATA: memory that is private and writable
    private const int LimitOfCore = 4; // RLIMIT_CORE
    private const int LimitOfDescriptors = 7; // RLIMIT_NOFILE
    private const int NoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS
    private const int MostDescriptors = 512;
    private const int DarwinDuplicateCloseOnExec = 67;

    /// <summary>The child process that this process started and must kill when it ends.</summary>
    public static Process? Child { get; set; }

    /// <summary>
    /// Ends the process at once, without finalizers or static destructors, so that nothing can wait for a thread that is stuck in a driver.
    /// </summary>
    public static void ExitNow(int code)
    {
        try
        {
            Child?.Kill();
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // The child has already ended.
        }

        if (OperatingSystem.IsWindows())
        {
            TerminateProcess(CurrentProcess(), (uint)code);
        }
        else
        {
            ExitWithoutCleanUp(code);
        }
    }

    /// <summary>
    /// Limits the harm that this process, and each process that it starts, can do if a camera's bytes ever take it over. No program that it
    /// runs gives it more rights. Its memory, which holds pictures, is never written to a core file. The number of its descriptors is small.
    /// Linux only.
    /// </summary>
    public static void Confine()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = ControlProcess(NoNewPrivileges, 1, 0, 0, 0);
            _ = SetLimit(LimitOfCore, new(0, 0));
            _ = SetLimit(LimitOfDescriptors, new(MostDescriptors, MostDescriptors));
        }
    }

    /// <summary>
    /// Limits the memory that this process, and each process that it starts, may take from now on. Beyond that the system refuses more.
    /// Linux only.
    /// </summary>
    public static void LimitMemory(long more)
    {
        const string Data = "VmData:";
        if (OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Data, StringComparison.Ordinal)) is { } line
            && long.TryParse(line[Data.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out var kilobytes))
        {
            var most = (nuint)(kilobytes * 1024 + more);
            _ = SetLimit(LimitOfData, new(most, most));
        }
    }

    /// <summary>
    /// Reserves standard output for the worker's records. Anything else that prints there, such as a native library, then prints to standard
    /// error.
    /// </summary>
    public static Stream TakeStandardOutput()
    {
        if (OperatingSystem.IsWindows())
        {
            var output = Console.OpenStandardOutput();
            Console.SetOut(Console.Error);
            return output;
        }

        var command = OperatingSystem.IsMacOS() ? DarwinDuplicateCloseOnExec : DuplicateCloseOnExec;
        var descriptor = Control(StandardOutput, command, StandardError + 1);
        if (descriptor < 0 || Duplicate(StandardError, StandardOutput) < 0)
        {
            throw new IOException("Standard output could not be set aside for frames.");
        }

        return new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    /// <summary>
    /// Sets an environment variable so that native libraries see it, unlike <see cref="Environment.SetEnvironmentVariable(string, string?)"/>.
    /// </summary>
    public static void SetEnvironment(string name, string value)
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(name, value);
        }
        else
        {
            SetNativeEnvironment(name, value, overwrite: 1);
        }
    }

    /// <param name="Now">The current limit, in bytes or in descriptors.</param>
    /// <param name="Most">The limit up to which the process may raise the current one.</param>
    private readonly record struct Limit(nuint Now, nuint Most);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ControlProcess(int option, nuint value, nuint none, nuint neither, nuint nor);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitWithoutCleanUp(int code);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNativeEnvironment(string name, string value, int overwrite);

    [LibraryImport("kernel32", EntryPoint = "GetCurrentProcess")]
    private static partial nint CurrentProcess();

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool TerminateProcess(nint process, uint code);
}
