using System.Runtime.InteropServices;

namespace Attendance.LocalHosting.Running;

internal static partial class Signals
{
    private const int SigTerm = 15;

    /// <summary>Asks the process to end. That it is already gone is as good.</summary>
    public static void Terminate(int processId) => _ = Kill(processId, SigTerm);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
