using System.Globalization;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// The store's text about a lease that is held: one line, which the scripts also read and write. Times are the store's, in ms since
/// 1970.
/// </summary>
internal sealed record HeldEntry(
    string LeaseId, string LeaseRef, string SessionHash, string Node, long Ttl, long AcquiredAt, long Deadline, long FencingToken)
{
    private const string SharedPrefix = "shared ";
    private const char RoleSeparator = ':'; // occurs neither in a hash nor in a role

    /// <summary>Reads a camera's whole entry: a line, or a headline and a line for each of the leases that share the camera.</summary>
    /// <returns>No lease if the camera is free, in which case the text is only its last token.</returns>
    public static (LeaseMode Mode, IReadOnlyList<HeldEntry> Leases) ParseAll(string? text) =>
        text is not null && text.StartsWith(SharedPrefix, StringComparison.Ordinal)
            ? (LeaseMode.Shared, [.. text.Split('\n').Skip(1).Select(Parse).OfType<HeldEntry>()])
            : (LeaseMode.Exclusive, Parse(text) is { } lease ? [lease] : []);

    /// <returns>Null if the text is not such a line.</returns>
    public static HeldEntry? Parse(string? text) => text?.Split(' ') is [var id, var reference, var session, var node, .. { Length: 4 } numbers]
        && Array.TrueForAll(numbers, number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? new HeldEntry(id, reference, session.Split(RoleSeparator)[0], node, Number(numbers[0]), Number(numbers[1]), Number(numbers[2]), Number(numbers[3]))
            {
                Role = session.Split(RoleSeparator).ElementAtOrDefault(1),
            }
            : null;

    /// <summary>What the session does with a camera that it shares, or null.</summary>
    public string? Role { get; init; }

    /// <summary>Returns the field that names the session and its role. To the scripts it is only text that is equal or not.</summary>
    public static string SessionInRole(string sessionHash, string? role) => role is null ? sessionHash : sessionHash + RoleSeparator + role;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{LeaseId} {LeaseRef} {SessionInRole(SessionHash, Role)} {Node} {Ttl} {AcquiredAt} {Deadline} {FencingToken}");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
