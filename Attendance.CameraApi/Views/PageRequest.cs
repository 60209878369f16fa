
namespace Attendance.CameraApi.Views;

/// <summary>The requested part of the list of all cameras. The list is sorted by camera id, and then by node.</summary>
/// <param name="After">The camera after which the part begins, or null to begin at the start.</param>
internal sealed record PageRequest(int Limit, (string CameraId, string Node)? After, bool WithBrowsers = true)
{
    public const int MaxLimit = 1000;

    /// <summary>Neither this nor <see cref="BehindAllNodes"/> can occur in a name; the latter sorts after every node's name.</summary>
    private const char Separator = '@';
    private const string BehindAllNodes = "~";

    /// <exception cref="RequestException">A parameter is invalid. The exception names it.</exception>
    public static PageRequest Read(int? limit, string? after, bool? browsers)
    {
        if (limit is < 1 or > MaxLimit)
        {
            throw new RequestException("limit", $"must be 1 to {MaxLimit}.");
        }

        return new PageRequest(limit ?? MaxLimit, after is null ? null : Parse(after), browsers ?? true);
    }

    /// <summary>
    /// Returns the cursor that continues after this camera. For a camera that several nodes share, it continues after all of them.
    /// </summary>
    public static string Cursor(CameraView last) => last.CameraId + Separator + (last.Scope is null ? last.Node : BehindAllNodes);

    public bool IsAfter(string cameraId, string node) =>
        After is not { } after || Compare((cameraId, node), after) > 0;

    public static int Compare((string CameraId, string Node) one, (string CameraId, string Node) other) =>
        string.CompareOrdinal(one.CameraId, other.CameraId) is not 0 and var byId ? byId : string.CompareOrdinal(one.Node, other.Node);

    public string ToQuery() =>
        $"?limit={Limit}&browsers={(WithBrowsers ? "true" : "false")}"
        + (After is { } after ? $"&after={Uri.EscapeDataString(after.CameraId + Separator + after.Node)}" : "");

    private static (string, string) Parse(string cursor) =>
        cursor.Split(Separator) is [var cameraId, var node] && IdFormats.IsName(cameraId) && (node == BehindAllNodes || IdFormats.IsName(node))
            ? (cameraId, node)
            : throw new RequestException("after", "must be the 'next' of an earlier page.");
}
