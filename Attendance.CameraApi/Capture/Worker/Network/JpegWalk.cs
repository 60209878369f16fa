using System.Buffers.Binary;

namespace Attendance.CameraApi.Capture.Worker.Network;

internal enum WalkEnd
{
    /// <summary>Nothing is wrong so far, and more bytes are needed.</summary>
    None,

    /// <summary>The picture is whole, up to <see cref="JpegWalk.At"/>.</summary>
    Whole,

    /// <summary>Another picture begins at <see cref="JpegWalk.At"/>, and this one has no end.</summary>
    NextStart,

    /// <summary>What stands at <see cref="JpegWalk.At"/> can be part of no JPEG.</summary>
    Broken,
}

/// <summary>
/// Walks from marker to marker through a JPEG that is still arriving, each byte once. Thumbnails and comments stand in segments that
/// tell their length, so what looks like a marker in them does not count.
/// </summary>
internal struct JpegWalk()
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA;

    /// <summary>Each is a pass over the whole picture. Progressive pictures in use have about ten.</summary>
    private const int MostScans = 64;

    private bool _isInScan;
    private bool _hasFrame;
    private int _scans;

    /// <summary>From the start of image.</summary>
    public int At { get; private set; } = 2;

    /// <summary>Where the data of the first scan begins; 0 before that.</summary>
    public int Scan { get; private set; }

    /// <param name="bytes">From the start of image on: those of the call before, and more.</param>
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
                case >= 0xD0 and <= 0xD7: // a restart marker too many
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

    /// <returns>False where the data goes on beyond what is there.</returns>
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
