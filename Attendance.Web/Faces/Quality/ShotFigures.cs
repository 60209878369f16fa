using Attendance.Web.Faces.Finding;

namespace Attendance.Web.Faces.Quality;

/// <summary>The values measured in a shot.</summary>
/// <param name="Faces">The number of faces, without those of people far behind.</param>
/// <param name="Face">The values of the largest face, or null if there is none.</param>
internal sealed record ShotFigures(int Width, int Height, int Faces, FaceFigures? Face);

/// <summary>The values measured of a face.</summary>
/// <param name="Size">The larger of eye-to-eye and eyes-to-mouth distance, as a fraction of the picture's shorter side.</param>
/// <param name="OffsetX">The distance from the picture's center to the right, as a fraction of its width.</param>
/// <param name="OffsetY">The distance from the picture's center downwards, as a fraction of its height.</param>
/// <param name="Yaw">See <see cref="FacePoints.Yaw"/>.</param>
/// <param name="Pitch">See <see cref="FacePoints.Pitch"/>.</param>
/// <param name="Brightness">The mean luma, 0 to 255.</param>
/// <param name="Sharpness">The variance of the Laplacian of the face, scaled to 128 pixels.</param>
internal sealed record FaceFigures(
    double Size, double OffsetX, double OffsetY, double Yaw, double Pitch, double Brightness, double Sharpness);
