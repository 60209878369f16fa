using System.Globalization;

namespace Attendance.CameraApi.Leases;

/// <summary>What the store has of a camera while it is held: one line of text, written and read by the scripts as well. Times are the store's, in ms since 1970.</summary>
internal sealed record HeldEntry(
    string LeaseId, string LeaseRef, string SessionHash, string Node, long Ttl, long AcquiredAt, long Deadline, long FencingToken)
{
    /// <returns>Null for a camera that is free: then there is only its last token. Also for what is no such line.</returns>
    public static HeldEntry? Parse(string? text) => text?.Split(' ') is [var id, var reference, var session, var node, .. { Length: 4 } numbers]
        && Array.TrueForAll(numbers, number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? new HeldEntry(id, reference, session, node, Number(numbers[0]), Number(numbers[1]), Number(numbers[2]), Number(numbers[3]))
            : null;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{LeaseId} {LeaseRef} {SessionHash} {Node} {Ttl} {AcquiredAt} {Deadline} {FencingToken}");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
