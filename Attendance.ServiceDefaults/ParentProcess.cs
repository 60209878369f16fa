using System.Globalization;
using System.Runtime.InteropServices;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Watches the processes that this one was started for: the AppHost, and the <c>dotnet run</c> by which Aspire starts a project. If
/// only <c>dotnet run</c> is killed, the orchestrator considers the service ended while it still holds its port and its cameras.
/// If the AppHost is killed, the orchestrator takes seconds to end what it started. So a service ends by itself when either is gone.
/// </summary>
internal static partial class ParentProcess
{
    /// <summary>The environment variable in which the AppHost passes its own process id to the processes that it starts.</summary>
    public const string Variable = "ATTENDANCE_APPHOST_PID";

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Calls <paramref name="end"/> once, on a separate thread, when either process is gone. Does nothing if there is no AppHost.
    /// </summary>
    public static void OnGone(Action end)
    {
        if (OperatingSystem.IsWindows() ||
            !int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var appHost) ||
            appHost <= 0)
        {
            return; // on Windows, 'dotnet run' ends its child process itself
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

    /// <summary>
    /// Returns true for a process that this one may not signal, too: only the error "no such process" means that it does not exist.
    /// </summary>
    private static bool Exists(int process) => SendSignal(process, 0) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess;

    /// <summary>The error ESRCH on Linux and macOS.</summary>
    private const int NoSuchProcess = 3;

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentProcessId();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
