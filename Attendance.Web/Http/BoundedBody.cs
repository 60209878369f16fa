namespace Attendance.Web.Http;

/// <summary>What a page sends is small. It is read whole before it is sent on, so that too much of it reaches nobody.</summary>
internal static class BoundedBody
{
    private const int Limit = 64 * 1024;

    /// <returns>Null when there is more than the limit, stated or not.</returns>
    /// <exception cref="BadHttpRequestException">It is not sent as HTTP has it.</exception>
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
            return null; // not in a conditional expression: there, null would become an empty memory
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
