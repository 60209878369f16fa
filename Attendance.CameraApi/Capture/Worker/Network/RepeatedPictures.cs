namespace Attendance.CameraApi.Capture.Worker.Network;

/// <summary>
/// Tells a new picture from one that the camera sends again, as a camera does whose picture has frozen. A source that has never shown
/// two different pictures is taken at its word: what it sends may be a still by nature.
/// </summary>
/// <param name="isKnownToChange">It has shown different pictures before it was opened this time.</param>
internal sealed class RepeatedPictures(bool isKnownToChange)
{
    private byte[] _last = [];
    private int _length;
    private int _stamp;

    /// <summary>The source has shown different pictures.</summary>
    public bool IsChanging { get; private set; } = isKnownToChange;

    /// <param name="stamp">Of the picture's headers: a time or a number that changes makes it a new one.</param>
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
