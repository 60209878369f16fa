using OpenCvSharp;

namespace Attendance.Web.Kiosks;

/// <summary>Reads QR codes in frames of a camera. One frame is read at a time: a detector is not thread-safe.</summary>
internal sealed class QrReader : IDisposable
{
    private readonly Lock _oneAtATime = new();
    private readonly Lazy<QRCodeDetector> _detector = new(() => new QRCodeDetector());

    /// <returns>The text, or null if the frame shows no QR code that can be read.</returns>
    public string? Read(Mat picture)
    {
        lock (_oneAtATime)
        {
            try
            {
                return _detector.Value.DetectAndDecode(picture, out _) is { Length: > 0 } text ? text : null;
            }
            catch (OpenCVException)
            {
                return null; // what looked like a code was none
            }
        }
    }

    public void Dispose()
    {
        if (_detector.IsValueCreated)
        {
            _detector.Value.Dispose();
        }
    }
}
