using System.Runtime.InteropServices;

namespace Attendance.ServiceDefaults;

/// <summary>
/// The process that started this one. Aspire starts a project as <c>dotnet run</c>, which starts the service; when only
/// <c>dotnet run</c> is killed, the orchestrator takes the service for ended while it still holds its port and its cameras.
/// So a service that is told to by <see cref="Variable"/> ends with its parent.
/// </summary>
internal static partial class ParentProcess
{
    /// <summary>The environment variable that the AppHost sets to <c>true</c> for what it runs.</summary>
    public const string Variable = "ATTENDANCE_EXIT_WITH_PARENT";

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Calls <paramref name="end"/> once, on a thread of its own, when the parent is gone. Does nothing unless it is told to.</summary>
    public static void OnGone(Action end)
    {
        if (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable(Variable) is not "true")
        {
            return; // on Windows 'dotnet run' takes its child with it by itself
        }

        var parent = GetParentProcessId();
        var watch = new Thread(() =>
        {
            while (GetParentProcessId() == parent)
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

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentProcessId();
}
