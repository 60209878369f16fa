namespace Attendance.CameraApi.Capture;

/// <summary>
/// The quality that a camera delivers now, or delivered when it was last in use. A value is null if the frames did not contain it.
/// </summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="FrameRate">Frames per second, computed from the times of capture and not as the driver states it.</param>
/// <param name="Sharpness">Variance of the Laplacian of the brightness.</param>
/// <param name="Brightness">Mean brightness, 0 to 255.</param>
/// <param name="Clipped">Share of the picture that is black or white without shades, 0 to 1.</param>
/// <param name="Noise">Standard deviation of the noise in the brightness, on the scale of 0 to 255.</param>
internal sealed record QualityMeasurement(
    DateTimeOffset At, int Width, int Height, double FrameRate, double? Sharpness, double? Brightness, double? Clipped, double? Noise);
