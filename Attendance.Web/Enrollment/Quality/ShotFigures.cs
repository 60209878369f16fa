namespace Attendance.Web.Enrollment.Quality;

/// <summary>What was measured in a shot.</summary>
/// <param name="Faces">How many there are, without those of people far behind.</param>
/// <param name="Face">The largest. Null where there is none.</param>
internal sealed record ShotFigures(int Width, int Height, int Faces, FaceFigures? Face);

/// <summary>What was measured of a face.</summary>
/// <param name="Size">Eye to eye, or eyes to mouth if that is more, in parts of the picture's shorter side.</param>
/// <param name="OffsetX">From the picture's middle to the right, in parts of its width.</param>
/// <param name="OffsetY">From the picture's middle downwards, in parts of its height.</param>
/// <param name="Yaw">As <see cref="FacePoints.Yaw"/>.</param>
/// <param name="Pitch">As <see cref="FacePoints.Pitch"/>.</param>
/// <param name="Brightness">Mean luma, 0 to 255.</param>
/// <param name="Sharpness">Variance of the Laplacian of the face at a size of 128 pixels.</param>
internal sealed record FaceFigures(
    double Size, double OffsetX, double OffsetY, double Yaw, double Pitch, double Brightness, double Sharpness);
