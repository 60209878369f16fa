namespace Attendance.Web.Http;

/// <summary>
/// Reads a request body completely before it is sent on, so that a body that is too large reaches no other service. Pages send only small bodies.
/// </summary>
internal static class BoundedBody
{
    private const int Limit = 64 * 1024;

    /// <returns>The body, or null if it is larger than the limit, whether or not its length was stated.</returns>
    /// <exception cref="BadHttpRequestException">The body violates HTTP.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > Limit)
        {
            return null;
        }

        var buffer = new byte[(request.ContentLength ?? Limit) + 1];
        var read = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (read > Limit)
        {
            return null; // not in a conditional expression: there, null would be converted to an empty memory
        }

        return buffer.AsMemory(0, read);
    }

    public static void Replace(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        request.Body = new MemoryStream(body.ToArray(), writable: false);
        request.Headers.TransferEncoding = default;
        request.ContentLength = body.Length;
    }
}
