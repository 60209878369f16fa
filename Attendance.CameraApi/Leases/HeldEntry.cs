using System.Globalization;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// The store's entry for a camera while it is held: one line of text, which the scripts also read and write. Times are
/// the store's, in ms since 1970.
/// </summary>
internal sealed record HeldEntry(
    string LeaseId, string LeaseRef, string SessionHash, string Node, long Ttl, long AcquiredAt, long Deadline, long FencingToken)
{
    /// <returns>Null if the camera is free, in which case the text is only its last token, or if the text is not such a line.</returns>
    public static HeldEntry? Parse(string? text) => text?.Split(' ') is [var id, var reference, var session, var node, .. { Length: 4 } numbers]
        && Array.TrueForAll(numbers, number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? new HeldEntry(id, reference, session, node, Number(numbers[0]), Number(numbers[1]), Number(numbers[2]), Number(numbers[3]))
            : null;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{LeaseId} {LeaseRef} {SessionHash} {Node} {Ttl} {AcquiredAt} {Deadline} {FencingToken}");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
