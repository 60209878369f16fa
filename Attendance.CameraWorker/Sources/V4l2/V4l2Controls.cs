using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Attendance.Capture.Devices;

namespace Attendance.CameraWorker.Sources.V4l2;

/// <summary>Sets a device's controls, such as its exposure or focus, by the names that <c>v4l2-ctl --list-ctrls</c> shows.</summary>
internal static class V4l2Controls
{
    private const uint Query = 0xC044_5624, Set = 0xC008_561C;
    private const uint Next = 0x8000_0000;
    private const uint Integer = 1;
    private const uint Heading = 6; // V4L2_CTRL_TYPE_CTRL_CLASS: the kernel lists headings among the controls
    private const int QueryLength = 68;

    /// <summary>The most entries to read, because a faulty driver may never end the list.</summary>
    private const int Most = 512;

    /// <exception cref="CaptureException">The device has no such control, or does not take the value. The message names the control.</exception>
    public static void Apply(CaptureRequest request, string node)
    {
        if (request.Controls is not { Count: > 0 } wanted)
        {
            return;
        }

        using var device = V4l2Device.TryOpen(node, out _) ?? throw Failure(request, "the device does not open for its controls to be set");
        var there = List(device);

        Span<byte> setting = stackalloc byte[8];

        // Modes come first: while the camera chooses the exposure itself, for example, it takes no value for it.
        foreach (var (name, value) in wanted.OrderBy(each => there.GetValueOrDefault(each.Key).Type == Integer))
        {
            if (!there.TryGetValue(name, out var control))
            {
                throw Failure(request, $"it has no control '{name}'; it has {string.Join(", ", there.Keys.Order(StringComparer.Ordinal))}");
            }

            if (value < control.Minimum || value > control.Maximum)
            {
                throw Failure(request, $"its control '{name}' takes {control.Minimum} to {control.Maximum}, not {value}");
            }

            BinaryPrimitives.WriteUInt32LittleEndian(setting, control.Id);
            BinaryPrimitives.WriteInt32LittleEndian(setting[4..], value);
            if (!device.Call(Set, setting))
            {
                throw Failure(request, $"its control '{name}' cannot be set to {value} (error {Marshal.GetLastPInvokeError()})");
            }
        }
    }

    private static Dictionary<string, Control> List(V4l2Device device)
    {
        var found = new Dictionary<string, Control>(StringComparer.Ordinal);
        Span<byte> query = stackalloc byte[QueryLength];
        for (var (id, count) = (0u, 0); count < Most; count++)
        {
            query.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(query, id | Next);
            if (!device.Call(Query, query))
            {
                break;
            }

            id = V4l2Device.Number(query, 0);
            var control = new Control(id, V4l2Device.Number(query, 4), (int)V4l2Device.Number(query, 40), (int)V4l2Device.Number(query, 44));
            if (control.Type != Heading)
            {
                found.TryAdd(NameOf(V4l2Device.Text(query[8..40])), control);
            }
        }

        return found;
    }

    /// <summary>Writes a name as v4l2-ctl does: in small letters, with one underscore for whatever is neither letter nor digit.</summary>
    private static string NameOf(string text) =>
        string.Join('_', text.ToLowerInvariant().Split([.. text.Where(each => !char.IsAsciiLetterOrDigit(each))], StringSplitOptions.RemoveEmptyEntries));

    private static CaptureException Failure(CaptureRequest request, string what) => new(CaptureFailureCode.OpenFailed, $"Camera '{request.CameraId}': {what}.");

    private readonly record struct Control(uint Id, uint Type, int Minimum, int Maximum);
}
