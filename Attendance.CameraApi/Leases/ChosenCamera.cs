using Attendance.CameraApi.Quality;

namespace Attendance.CameraApi.Leases;

/// <summary>Why a camera was chosen for a session that named none.</summary>
/// <param name="Considered">The number of cameras that meet the requirements, whether in use or not.</param>
/// <param name="Reason">The reason for the choice, as a plain sentence.</param>
internal sealed record ChosenCamera(double Rating, IReadOnlyList<RatingPart> Parts, int Considered, string Reason);
