namespace Attendance.CameraApi.Capture;

/// <summary>What a camera delivered when it was last in use, or delivers now. Null is what its frames did not tell.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="FrameRate">Frames per second by the times at which they were captured, not as the driver states it.</param>
/// <param name="Sharpness">Variance of the Laplacian of the brightness.</param>
/// <param name="Brightness">Mean, 0 to 255.</param>
/// <param name="Clipped">Share of the picture that is black or white without shades, 0 to 1.</param>
/// <param name="Noise">Its standard deviation, in steps of 255.</param>
internal sealed record QualityMeasurement(
    DateTimeOffset At, int Width, int Height, double FrameRate, double? Sharpness, double? Brightness, double? Clipped, double? Noise);
