using System.Buffers.Binary;
using System.Text;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>An event of the kernel, or of udev after it, about a device. Its content is not trusted; it is only a reason to look.</summary>
/// <param name="Action">The action, such as <c>add</c>, <c>remove</c>, <c>change</c> or <c>bind</c>.</param>
/// <param name="Subsystem">The subsystem, such as <c>video4linux</c>; empty if the event names none.</param>
internal sealed record Uevent(string Action, string Subsystem)
{
    /// <summary>
    /// The maximum length of a message. It is longer than any that the kernel sends, which has 2 KiB, or udev, which adds properties.
    /// </summary>
    public const int MaxLength = 16 * 1024;

    private const uint UdevMagic = 0xFEED_CAFE;
    private const int UdevHeader = 24;

    /// <returns>Null if the message is not such an event.</returns>
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

    /// <summary>
    /// Returns the part with the properties. The kernel puts <c>add@/devices/…</c> before them; udev puts a header that gives their
    /// offset and length.
    /// </summary>
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

        // In the machine's byte order, because the message never leaves the machine.
        var (offset, length) = (BitConverter.ToUInt32(message[16..]), BitConverter.ToUInt32(message[20..]));
        return offset <= message.Length && length <= message.Length - offset ? message.Slice((int)offset, (int)length) : default;
    }

    private static string? ValueOf(ReadOnlySpan<byte> property, ReadOnlySpan<byte> name) =>
        property.StartsWith(name) ? Encoding.UTF8.GetString(property[name.Length..]) : null;
}
