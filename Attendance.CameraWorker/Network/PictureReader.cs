namespace Attendance.CameraWorker.Network;

/// <summary>
/// Finds the JPEGs in a stream, with or without multipart headers between them. The end of a picture shows in its own markers, in the stated
/// length of its part and in the boundary behind it; the reader uses the one that is right. It leaves out a damaged picture and finds the
/// next one.
/// </summary>
/// <param name="boundary">The boundary that the head of the answer states, or null if it states none.</param>
internal sealed class PictureReader(Stream stream, string? boundary = null)
{
    private const int LongestText = 256 * 1024;

    /// <summary>
    /// How many pictures in a row without an end marker are left out in a stream in which earlier pictures had one. Later ones are shown.
    /// </summary>
    private const int LeftOutWithoutEnd = 5;

    private static readonly byte[] s_start = [0xFF, 0xD8, 0xFF], s_end = [0xFF, 0xD9];

    private readonly PartText _text = new(boundary);
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    private bool _isInside;
    private JpegWalk _walk;
    private int _searched; // how many unread bytes were searched, for a boundary inside a picture or a start between pictures
    private long? _claim; // where the part ends according to its headers, as a position in the unread bytes
    private bool _isTrusted; // whether the length that the last part stated was right
    private bool _needsBoundary;
    private bool _sawEnd;
    private int _withoutEnd;

    /// <summary>How many pictures were left out because they are damaged.</summary>
    public int Damaged { get; private set; }

    /// <summary>How many pictures were left out because they are longer than <see cref="CaptureProtocol.MaxJpegLength"/>.</summary>
    public int TooLong { get; private set; }

    /// <summary>
    /// A hash of the last picture's headers, for example of a time or a number that the camera sends. It tells the picture from others. 0 if
    /// there are no such headers.
    /// </summary>
    public int Stamp { get; private set; }

    /// <summary>
    /// The first position at which a boundary ends the picture. A boundary inside the segments does not end it, as long as they are intact.
    /// </summary>
    private int Searchable => Math.Max(_walk.Scan, s_start.Length);

    private ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start.._end);

    /// <returns>The next picture, valid until the next call, or empty at the end of the stream.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(isOver: false, out var jpeg))
            {
                return jpeg;
            }

            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                TryTake(isOver: true, out jpeg);
                return jpeg;
            }

            _end += read;
        }
    }

    private bool TryTake(bool isOver, out ReadOnlyMemory<byte> jpeg)
    {
        jpeg = default;
        while (_isInside ? TryEnd(isOver, out jpeg) : TryBegin())
        {
            if (!jpeg.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <returns>Whether a picture begins. If not, more bytes are needed.</returns>
    private bool TryBegin()
    {
        while (Unread[Math.Min(_searched, Unread.Length)..].IndexOf(s_start) is var found and >= 0)
        {
            var begin = _searched + found;
            var part = _text.Find(Unread[..begin], 0);
            var isInPart = part < 0 && ((_isTrusted && begin < _claim) || _needsBoundary);
            if (isInPart)
            {
                _searched = begin + s_start.Length - 1; // this is still in the part before: a second picture, or the rest of a damaged one
                continue;
            }

            if (part >= 0 && _claim is { } claimed)
            {
                _isTrusted = part == claimed; // a stated length that is slightly wrong would cut pictures
            }

            var (start, length, stamp) = _text.Read(Unread[..begin]);
            Stamp = stamp;
            Begin(begin);
            _claim = length is > 0 and <= CaptureProtocol.MaxJpegLength ? start + length : part < 0 && _claim > 0 ? _claim : null; // a second picture in the same part
            return true;
        }

        Forget(Unread.Length - LongestText);
        _searched = Math.Max(_searched, Unread.Length - s_start.Length + 1); // the start marker may be split between two reads
        return false;
    }

    /// <returns>Whether the picture ended, complete or not. If not, more bytes are needed.</returns>
    private bool TryEnd(bool isOver, out ReadOnlyMemory<byte> jpeg)
    {
        jpeg = default;
        switch (_walk.Go(Unread))
        {
            case WalkEnd.Whole:
                (_sawEnd, _withoutEnd) = (true, 0);
                jpeg = Take(_walk.At);
                return true;
            case WalkEnd.Broken:
                LeaveOut(_text.Find(Unread, s_start.Length));
                return true;
            case WalkEnd.NextStart when _text.Find(Unread[.._walk.At], Searchable) is var boundary:
                if (boundary < 0 && _walk.Scan == 0)
                {
                    Begin(_walk.At); // a superfluous start marker, so the picture begins here
                    return true;
                }

                jpeg = EndAt(boundary >= 0 ? boundary : _walk.At);
                return true;
        }

        if (Unread.Length > CaptureProtocol.MaxJpegLength)
        {
            TooLong++;
            LeaveOut(-1);
            return true;
        }

        if (_isTrusted && Unread.Length < _claim && !isOver)
        {
            return false;
        }

        var part = _text.Find(Unread, Math.Max(_searched, Searchable));
        var end = part >= 0 ? part : _isTrusted && _claim <= Unread.Length ? (int)_claim : isOver ? Unread.TrimEnd("\r\n"u8).Length : -1;
        if (end < 0)
        {
            _searched = Math.Max(0, Unread.Length - _text.Overlap);
            return false;
        }

        jpeg = EndAt(end);
        return true;
    }

    private void Begin(int at)
    {
        Forget(at);
        (_isInside, _needsBoundary, _walk, _searched) = (true, false, new JpegWalk(), 0);
    }

    /// <summary>Ends a picture that has no end marker, because its part or the stream is over or another picture begins.</summary>
    private ReadOnlyMemory<byte> EndAt(int end)
    {
        var isShown = _walk.Scan > 0 && end > _walk.Scan && (!_sawEnd || ++_withoutEnd > LeftOutWithoutEnd);
        if (!isShown)
        {
            LeaveOut(end);
            return default;
        }

        // This is a copy, because the bytes behind the picture are still to be read.
        byte[] whole = [.. Unread[..end], .. s_end];
        Take(end);
        return whole;
    }

    private ReadOnlyMemory<byte> Take(int end)
    {
        var jpeg = _buffer.AsMemory(_start, end);
        Forget(end);
        (_isInside, _searched) = (false, 0);
        if (end <= CaptureProtocol.MaxJpegLength)
        {
            return jpeg;
        }

        TooLong++;
        return default;
    }

    /// <param name="to">The position from which to look for the next picture, or -1 if it is not known.</param>
    private void LeaveOut(int to)
    {
        Damaged++;
        (_isInside, _needsBoundary, _searched) = (false, to < 0 && _text.IsSeen, 0);
        Forget(to < 0 ? s_start.Length - 1 : to);
    }

    private void Forget(int count)
    {
        if (count <= 0)
        {
            return;
        }

        _start += count;
        _claim -= count;
        _searched = Math.Max(0, _searched - count);
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            Unread.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, CaptureProtocol.MaxJpegLength + LongestText));
        }
    }
}
