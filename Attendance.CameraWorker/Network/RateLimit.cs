using System.Diagnostics;

namespace Attendance.CameraWorker.Network;

/// <summary>Lets a limited number of pictures per second pass, and a few at once after a pause.</summary>
internal sealed class RateLimit(double perSecond, double atOnce)
{
    private double _credit = 1;
    private long _since = Stopwatch.GetTimestamp();

    public bool TryPass()
    {
        var now = Stopwatch.GetTimestamp();
        _credit = Math.Min(atOnce, _credit + Stopwatch.GetElapsedTime(_since, now).TotalSeconds * perSecond);
        _since = now;
        if (_credit < 1)
        {
            return false;
        }

        _credit--;
        return true;
    }
}
