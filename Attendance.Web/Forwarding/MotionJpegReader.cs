using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace Attendance.Web.Forwarding;

/// <summary>
/// Reads camera-api's Motion JPEG, one picture after the other. A picture is there as soon as its last byte is, not only with the part that
/// follows it.
/// </summary>
internal sealed class MotionJpegReader(Stream stream)
{
    /// <summary>The largest picture that is returned, in bytes. A larger one is passed over.</summary>
    public const int LargestPicture = 4 * 1024 * 1024;

    private const int LongestLine = 1024;
    private const int MostLines = 32;

    private readonly PipeReader _reader = PipeReader.Create(stream);

    /// <returns>The next picture and the fencing token that it came with, or null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">This is no stream of camera-api.</exception>
    public async Task<(byte[] Jpeg, long? FencingToken)?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await HeadAsync(cancellationToken) is not { } head)
            {
                return null;
            }

            if (head.Length > LargestPicture)
            {
                if (!await SkipAsync(head.Length, cancellationToken))
                {
                    return null;
                }
            }
            else
            {
                var read = await _reader.ReadAtLeastAsync(head.Length, cancellationToken);
                if (read.Buffer.Length < head.Length)
                {
                    return null; // cut off in the middle
                }

                var jpeg = read.Buffer.Slice(0, head.Length).ToArray();
                _reader.AdvanceTo(read.Buffer.GetPosition(head.Length));
                return (jpeg, head.FencingToken);
            }
        }
    }

    private async Task<(int Length, long? FencingToken)?> HeadAsync(CancellationToken cancellationToken)
    {
        string? boundary;
        do
        {
            boundary = await LineAsync(cancellationToken);
        }
        while (boundary is ""); // ends the picture before

        if (boundary is null)
        {
            return null;
        }

        if (!boundary.StartsWith("--", StringComparison.Ordinal))
        {
            throw new InvalidDataException("A part does not begin with a boundary.");
        }

        (int? length, long? token) = (null, null);
        for (var lines = 0; await LineAsync(cancellationToken) is { } line; lines++)
        {
            if (line.Length == 0)
            {
                return (length ?? throw new InvalidDataException("A part does not say its length."), token);
            }

            var (name, value) = line.Split(':', 2) is [var before, var after] ? (before, after.Trim()) : (line, "");
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                length = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                    ? bytes : throw new InvalidDataException("The length of a part is not a number.");
            }
            else if (name.Equals(WireHeaders.FencingToken, StringComparison.OrdinalIgnoreCase) && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var fence))
            {
                token = fence;
            }

            if (lines == MostLines)
            {
                throw new InvalidDataException("The head of a part is too long.");
            }
        }

        return null;
    }

    /// <returns>A line without its end, or null at the end of the stream.</returns>
    private async Task<string?> LineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.ASCII.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.Buffer.Length > LongestLine)
            {
                throw new InvalidDataException("A line of the stream is too long.");
            }

            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    private async Task<bool> SkipAsync(int length, CancellationToken cancellationToken)
    {
        while (length > 0)
        {
            var read = await _reader.ReadAsync(cancellationToken);
            var some = (int)Math.Min(length, read.Buffer.Length);
            _reader.AdvanceTo(read.Buffer.GetPosition(some));
            length -= some;
            if (read.IsCompleted && length > 0)
            {
                return false;
            }
        }

        return true;
    }
}
