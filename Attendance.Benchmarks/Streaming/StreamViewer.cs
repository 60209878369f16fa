using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;

namespace Attendance.Benchmarks.Streaming;

/// <summary>
/// Watches motion JPEG and counts its pictures, whoever serves it. It reads what a part's <c>Content-Length</c> says and skips
/// the picture: what is measured is the server, and both have to share the machine.
/// </summary>
internal sealed class StreamViewer(HttpClient http, Uri address)
{
    private static readonly byte[] s_length = "\r\ncontent-length:"u8.ToArray();
    private long _frames;
    private long _bytes;

    public long Frames => Interlocked.Read(ref _frames);

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Reads until it is cancelled. A stream that ends earlier has failed.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            await CountAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && (exception is OperationCanceledException or IOException))
        {
            // seen enough
        }
    }

    private async Task CountAsync(Stream stream, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 256 * 1024));
        try
        {
            while (true)
            {
                var length = await ReadHeaderAsync(reader, cancellationToken);
                await SkipAsync(reader, length, cancellationToken);
                Interlocked.Increment(ref _frames);
                Interlocked.Add(ref _bytes, length);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    /// <returns>How long the picture is that follows.</returns>
    private static async Task<long> ReadHeaderAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (TryReadHeader(read.Buffer, out var length, out var end))
            {
                reader.AdvanceTo(end);
                return length;
            }

            if (read.IsCompleted)
            {
                throw new EndOfStreamException("The stream ended while it was watched.");
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool TryReadHeader(ReadOnlySequence<byte> buffer, out long length, out SequencePosition end)
    {
        (length, end) = (0, buffer.Start);
        var reader = new SequenceReader<byte>(buffer);
        // A server may write an empty line where it ends a part: then there is no length before it.
        while (reader.TryReadTo(out ReadOnlySequence<byte> header, "\r\n\r\n"u8))
        {
            end = reader.Position;
            if (TryReadLength(header.ToArray(), out length))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> header, out long length)
    {
        for (var at = 0; at + s_length.Length <= header.Length; at++)
        {
            if (Ascii.EqualsIgnoreCase(header.Slice(at, s_length.Length), s_length))
            {
                return Utf8Parser.TryParse(header[(at + s_length.Length)..].TrimStart((byte)' '), out length, out _);
            }
        }

        length = 0;
        return false;
    }

    private static async Task SkipAsync(PipeReader reader, long length, CancellationToken cancellationToken)
    {
        while (length > 0)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var some = Math.Min(length, read.Buffer.Length);
            reader.AdvanceTo(read.Buffer.GetPosition(some));
            length -= some;
            if (length > 0 && read.IsCompleted)
            {
                throw new EndOfStreamException("The stream ended within a picture.");
            }
        }
    }
}
