using System.Globalization;
using System.Runtime.InteropServices;

namespace Attendance.ServiceDefaults;

/// <summary>
/// The processes that this one was started for: the AppHost, and the <c>dotnet run</c> by which Aspire starts a project. When
/// only <c>dotnet run</c> is killed, the orchestrator takes the service for ended while it still holds its port and its cameras;
/// when the AppHost is killed, the orchestrator takes seconds to end what it ran. So a service ends by itself with either.
/// </summary>
internal static partial class ParentProcess
{
    /// <summary>The environment variable in which the AppHost gives its own process id to what it runs.</summary>
    public const string Variable = "ATTENDANCE_APPHOST_PID";

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Calls <paramref name="end"/> once, on a thread of its own, when either is gone. Does nothing unless there is an AppHost.</summary>
    public static void OnGone(Action end)
    {
        if (OperatingSystem.IsWindows() ||
            !int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var appHost) ||
            appHost <= 0)
        {
            return; // on Windows 'dotnet run' takes its child with it by itself
        }

        var parent = GetParentProcessId();
        var watch = new Thread(() =>
        {
            while (GetParentProcessId() == parent && Exists(appHost))
            {
                Thread.Sleep(s_interval);
            }

            end();
        })
        {
            IsBackground = true,
            Name = "parent process",
        };
        watch.Start();
    }

    /// <summary>Also of a process that this one may not signal: only "no such process" is a no.</summary>
    private static bool Exists(int process) => SendSignal(process, 0) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess;

    /// <summary>ESRCH, on Linux and macOS.</summary>
    private const int NoSuchProcess = 3;

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentProcessId();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
