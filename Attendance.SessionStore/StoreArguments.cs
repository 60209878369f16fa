using System.Globalization;

namespace Attendance.SessionStore;

/// <summary>How Garnet is set up for leases.</summary>
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
            "--lua-transaction-mode", // without it the scripts of two connections interleave, and two sessions get one camera
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
            "--device-type", "RandomAccess", // the default device is native and needs a newer libc than Debian 12's
            "--aof-size-limit", "64m", "--aof-segment-size", "32m", // beyond it a checkpoint begins the file anew, so renewals do not fill the disk
        ];
    }
}
