namespace Attendance.CameraWorker.Network;

/// <summary>
/// Distinguishes a new picture from one that the camera sends again, as a camera with a frozen picture does. As long as a source has never
/// shown two different pictures, each picture counts as new, because the source may show a still picture by design.
/// </summary>
/// <param name="isKnownToChange">Whether the source showed different pictures before it was opened this time.</param>
internal sealed class RepeatedPictures(bool isKnownToChange)
{
    private byte[] _last = [];
    private int _length;
    private int _stamp;

    /// <summary>Whether the source has shown different pictures.</summary>
    public bool IsChanging { get; private set; } = isKnownToChange;

    /// <param name="stamp">The stamp of the picture's headers. If a time or a number in them changes, the picture is new.</param>
    public bool IsNew(ReadOnlySpan<byte> jpeg, int stamp)
    {
        var isFirst = _length == 0;
        if (stamp == _stamp && jpeg.SequenceEqual(_last.AsSpan(0, _length)))
        {
            return !IsChanging;
        }

        IsChanging |= !isFirst;
        (_length, _stamp) = (jpeg.Length, stamp);
        _last = _last.Length < jpeg.Length ? new byte[jpeg.Length + jpeg.Length / 4] : _last;
        jpeg.CopyTo(_last);
        return true;
    }
}
