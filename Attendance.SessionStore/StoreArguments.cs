using System.Globalization;

namespace Attendance.SessionStore;

/// <summary>Creates the arguments that configure Garnet for leases.</summary>
internal static class StoreArguments
{
    public static string[] For(StoreSettings settings)
    {
        string[] always =
        [
            "--bind", "127.0.0.1",
            "--port", settings.Port.ToString(CultureInfo.InvariantCulture),
            "--auth", "Password",
            "--password", settings.Password,
            "--lua",
            "--lua-transaction-mode", // otherwise the scripts of two connections interleave, and two sessions get the same camera
            "--index", "16m",
            "-q",
            "--disable-console-logger",
        ];
        if (settings.DataFolder is null)
        {
            return always;
        }

        return
        [
            .. always,
            "--aof", "--recover", "--checkpointdir", settings.DataFolder,
            "--device-type", "RandomAccess", // the default device is native code that needs a newer libc than that of Debian 12
            "--aof-size-limit", "64m", "--aof-segment-size", "32m", // above the limit, a checkpoint restarts the file, so that renewals do not fill the disk
        ];
    }
}
