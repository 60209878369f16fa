using OpenCvSharp;

namespace Attendance.Web.Kiosks;

/// <summary>Reads QR codes in frames of a camera. One frame is read at a time: a detector is not thread-safe.</summary>
internal sealed class QrReader : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly Lazy<QRCodeDetector> _detector = new(() => new QRCodeDetector());

    /// <param name="jpeg">A JPEG whose size was checked before.</param>
    /// <param name="cancellationToken">Ends the waiting for another frame.</param>
    /// <returns>The text, or null if the frame shows no QR code that can be read.</returns>
    public async Task<string?> ReadAsync(byte[] jpeg, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            using var picture = Cv2.ImDecode(jpeg, ImreadModes.Grayscale);
            return picture.Empty() || _detector.Value.DetectAndDecode(picture, out _) is not { Length: > 0 } text ? null : text;
        }
        catch (OpenCVException)
        {
            return null; // what looked like a code was none
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose()
    {
        if (_detector.IsValueCreated)
        {
            _detector.Value.Dispose();
        }

        _oneAtATime.Dispose();
    }
}
