namespace Attendance.CameraApi.Capture;

/// <summary>A mean in which what is older counts less, in constant space. The very first value counts in full.</summary>
internal struct FadingMean
{
    private double _sum;
    private double _weight;

    /// <summary>Null while there is nothing to take the mean of.</summary>
    public readonly double? Value => _weight > 0 ? _sum / _weight : null;

    /// <param name="factor">What everything so far counts from now on, of what it counted.</param>
    public void Fade(double factor)
    {
        _sum *= factor;
        _weight *= factor;
    }

    public void Add(double sum, double weight)
    {
        _sum += sum;
        _weight += weight;
    }

    /// <summary>What was not measured does not count.</summary>
    public void Add(float value)
    {
        if (float.IsFinite(value))
        {
            Add(value, 1);
        }
    }
}
