namespace Attendance.CameraApi.Capture;

/// <summary>A mean in which older values count less. It needs constant space, and its very first value counts in full.</summary>
internal struct FadingMean
{
    private double _sum;
    private double _weight;

    /// <summary>The mean, or null while there is no value.</summary>
    public readonly double? Value => _weight > 0 ? _sum / _weight : null;

    /// <param name="factor">The factor by which the weight of all earlier values is multiplied.</param>
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

    /// <summary>Adds a value with a weight of 1. A value that was not measured (NaN) does not count.</summary>
    public void Add(float value)
    {
        if (float.IsFinite(value))
        {
            Add(value, 1);
        }
    }
}
