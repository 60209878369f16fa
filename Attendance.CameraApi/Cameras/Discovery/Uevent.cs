using System.Buffers.Binary;
using System.Text;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>What the kernel, or udev after it, says of a device. Nothing of it is believed: it is a reason to look.</summary>
/// <param name="Action">As in <c>add</c>, <c>remove</c>, <c>change</c>, <c>bind</c>.</param>
/// <param name="Subsystem">As in <c>video4linux</c>; empty where it does not say.</param>
internal sealed record Uevent(string Action, string Subsystem)
{
    /// <summary>Longer than any that the kernel sends, which has 2 KiB for it, and udev, which adds to it.</summary>
    public const int MaxLength = 16 * 1024;

    private const uint UdevMagic = 0xFEED_CAFE;
    private const int UdevHeader = 24;

    /// <returns>Null for what is no such message.</returns>
    public static Uevent? TryParse(ReadOnlySpan<byte> message)
    {
        string? action = null, subsystem = null;
        for (var rest = Properties(message); rest.Length > 0;)
        {
            var end = rest.IndexOf((byte)0);
            var property = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            action ??= ValueOf(property, "ACTION="u8);
            subsystem ??= ValueOf(property, "SUBSYSTEM="u8);
        }

        return action is null ? null : new(action, subsystem ?? "");
    }

    /// <summary>The kernel puts <c>add@/devices/…</c> before them, udev a header that says where they are.</summary>
    private static ReadOnlySpan<byte> Properties(ReadOnlySpan<byte> message)
    {
        if (!message.StartsWith("libudev\0"u8))
        {
            return message.IndexOf((byte)0) is >= 0 and var title && message[..title].Contains((byte)'@') ? message[(title + 1)..] : default;
        }

        if (message.Length < UdevHeader || BinaryPrimitives.ReadUInt32BigEndian(message[8..]) != UdevMagic)
        {
            return default;
        }

        // Of the sender's own byte order, for it never leaves the machine.
        var (offset, length) = (BitConverter.ToUInt32(message[16..]), BitConverter.ToUInt32(message[20..]));
        return offset <= message.Length && length <= message.Length - offset ? message.Slice((int)offset, (int)length) : default;
    }

    private static string? ValueOf(ReadOnlySpan<byte> property, ReadOnlySpan<byte> name) =>
        property.StartsWith(name) ? Encoding.UTF8.GetString(property[name.Length..]) : null;
}
