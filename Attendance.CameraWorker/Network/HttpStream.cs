using System.Text.RegularExpressions;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// A stream of JPEGs over HTTP, as most network cameras offer it: as <c>multipart/x-mixed-replace</c>, or as JPEGs with nothing between them.
/// </summary>
internal sealed partial class HttpStream(HttpAnswer answer) : INetworkStream
{
    public Stream Content => answer.Body;

    public string? Boundary => BoundaryParameter().Match(answer.Head?.Multipart ?? "") is { Success: true } match
        ? match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Groups["bare"].Value
        : null;

    public string Backend => "HTTP";

    public bool IsDevicesOwn => true;

    /// <summary>Why no picture comes, or why no more pictures come after the first. Null if the cause is not known.</summary>
    public string? WhyNoPicture => answer.Head?.MediaType.StartsWith("image/", StringComparison.Ordinal) == true
        ? "the address leads to a single picture, not to a stream. Configure the camera's stream."
        : null;

    /// <summary>
    /// Finds out whether an answer consists of JPEGs, by its type or by its first bytes, because cameras state any type or none.
    /// </summary>
    /// <returns>The answer to use from now on, and whether it consists of JPEGs.</returns>
    public static async Task<(HttpAnswer Answer, bool IsPictures)> LookAsync(HttpAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Head?.Multipart is not null)
        {
            return (answer, true);
        }

        var input = new BufferedInput(answer.Body);
        await input.LookAsync("Content-".Length, cancellationToken);
        return (answer with { Body = input }, input.Ahead is [0xFF, 0xD8, 0xFF, ..] || input.Ahead.TrimStart("\r\n"u8) is [(byte)'-', (byte)'-', ..]
            || input.Ahead.StartsWith("Content-"u8));
    }

    public void Dispose() => answer.Dispose();

    [GeneratedRegex("""boundary\s*=\s*(?:"(?<quoted>[^"]*)"|"?(?<bare>[^;,"]*))""", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BoundaryParameter();
}
