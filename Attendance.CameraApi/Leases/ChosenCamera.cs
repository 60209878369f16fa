using Attendance.CameraApi.Quality;

namespace Attendance.CameraApi.Leases;

/// <summary>Why a camera was chosen for a session that named none.</summary>
/// <param name="Considered">Cameras that meet the requirements, in use or not.</param>
/// <param name="Reason">In a plain sentence.</param>
internal sealed record ChosenCamera(double Rating, IReadOnlyList<RatingPart> Parts, int Considered, string Reason);
