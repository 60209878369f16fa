using System.Buffers.Binary;

namespace Attendance.CameraWorker.Network;

internal enum WalkEnd
{
    /// <summary>Nothing is wrong so far, but more bytes are needed.</summary>
    None,

    /// <summary>The picture is complete and ends at <see cref="JpegWalk.At"/>.</summary>
    Whole,

    /// <summary>Another picture begins at <see cref="JpegWalk.At"/>, and this one has no end.</summary>
    NextStart,

    /// <summary>The bytes at <see cref="JpegWalk.At"/> cannot be part of a JPEG.</summary>
    Broken,
}

/// <summary>
/// Walks from marker to marker through a JPEG that is still arriving, and looks at each byte only once. Thumbnails and comments are in
/// segments that state their length, so bytes in them that look like a marker are ignored.
/// </summary>
internal struct JpegWalk()
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA;

    /// <summary>
    /// The most scans that a picture may have. Each scan is a pass over the whole picture. Progressive pictures in practice have about ten.
    /// </summary>
    private const int MostScans = 64;

    private bool _isInScan;
    private bool _hasFrame;
    private int _scans;

    /// <summary>The current position, relative to the start of image.</summary>
    public int At { get; private set; } = 2;

    /// <summary>The position where the data of the first scan begins, or 0 as long as the walk has not reached it.</summary>
    public int Scan { get; private set; }

    /// <param name="bytes">The bytes from the start of image on: those of the call before, and more.</param>
    public WalkEnd Go(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            if (_isInScan && !LeaveScan(bytes))
            {
                return WalkEnd.None;
            }

            if (At + 1 >= bytes.Length)
            {
                return WalkEnd.None;
            }

            if (bytes[At] != 0xFF)
            {
                return WalkEnd.Broken;
            }

            var marker = bytes[At + 1];
            switch (marker)
            {
                case 0xFF: // fill byte before a marker
                    At++;
                    continue;
                case StartOfImage:
                    return WalkEnd.NextStart;
                case EndOfImage when Scan > 0:
                    At += 2;
                    return WalkEnd.Whole;
                case >= 0xD0 and <= 0xD7: // a superfluous restart marker
                    At += 2;
                    continue;
            }

            if (!CanStandHere(marker))
            {
                return WalkEnd.Broken;
            }

            if (At + 4 > bytes.Length)
            {
                return WalkEnd.None;
            }

            var next = At + 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(At + 2)..]);
            if (next < At + 4 || (marker == StartOfScan && (!_hasFrame || ++_scans > MostScans)))
            {
                return WalkEnd.Broken;
            }

            if (marker == StartOfScan)
            {
                _isInScan = true;
                Scan = Scan > 0 ? Scan : next;
            }

            _hasFrame |= IsFrame(marker);
            At = next;
        }
    }

    /// <returns>False if the scan goes on beyond the bytes that have arrived.</returns>
    private bool LeaveScan(ReadOnlySpan<byte> bytes)
    {
        while (At < bytes.Length)
        {
            var next = bytes[At..].IndexOf((byte)0xFF);
            if (next < 0)
            {
                At = bytes.Length;
                return false;
            }

            At += next;
            if (At + 1 >= bytes.Length)
            {
                return false;
            }

            if (bytes[At + 1] == 0xFF)
            {
                At++;
            }
            else if (bytes[At + 1] is 0 or >= 0xD0 and <= 0xD7)
            {
                At += 2;
            }
            else
            {
                _isInScan = false;
                return true;
            }
        }

        return false;
    }

    private readonly bool CanStandHere(byte marker) => marker switch
    {
        StartOfScan or 0xC4 or 0xDB or 0xDC or 0xDD or 0xFE or (>= 0xE0 and <= 0xEF) => true,
        >= 0xC0 and <= 0xCF => Scan == 0,
        _ => false,
    };

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
