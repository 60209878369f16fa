using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>
/// The number of the character device that a node stands for. It remains valid without the node, because an unplugged device can still
/// be open.
/// </summary>
internal readonly partial record struct DeviceNumber(uint Major, uint Minor)
{
    private const int AtWorkingDirectory = -100;

    /// <summary>Uses cached attributes, so that a descriptor on a file system that hangs does not block the caller.</summary>
    private const int NoSync = 0x4000;

    private const uint BasicStats = 0x7ff;
    private const int FileTypeMask = 0xF000;
    private const int CharacterDevice = 0x2000;

    /// <returns>The number; null if there is no such node, or if it is not a character device.</returns>
    public static DeviceNumber? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> stat = stackalloc byte[256];
        if (Stat(AtWorkingDirectory, path, NoSync, BasicStats, ref MemoryMarshal.GetReference(stat)) != 0 ||
            (BinaryPrimitives.ReadUInt16LittleEndian(stat[28..]) & FileTypeMask) != CharacterDevice)
        {
            return null;
        }

        return new(BinaryPrimitives.ReadUInt32LittleEndian(stat[128..]), BinaryPrimitives.ReadUInt32LittleEndian(stat[132..]));
    }

    // Unlike stat, statx fills the same structure on every architecture.
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int directory, string path, int flags, uint mask, ref byte stat);
}

/// <summary>
/// Finds the processes that have a device open, to prove that it was released. Linux only. It sees only the processes that this account
/// may inspect.
/// </summary>
internal static class DeviceUsers
{
    /// <returns>The process ids; empty if no process has the device open, or if there is no such node.</returns>
    public static IReadOnlyList<int> Of(string node) => DeviceNumber.Of(node) is { } number ? Of(number) : [];

    public static IReadOnlyList<int> Of(DeviceNumber device)
    {
        var users = new List<int>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && HasOpen(process, device))
            {
                users.Add(id);
            }
        }

        return users;
    }

    private static bool HasOpen(string process, DeviceNumber device)
    {
        try
        {
            foreach (var descriptor in Directory.EnumerateFileSystemEntries(process + "/fd"))
            {
                if (DeviceNumber.Of(descriptor) == device)
                {
                    return true;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process ended meanwhile, or belongs to another account.
        }

        return false;
    }
}
