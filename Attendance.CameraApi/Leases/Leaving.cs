namespace Attendance.CameraApi.Leases;

/// <param name="Until">Since the lease began.</param>
/// <param name="Yields">It ends at once when another session wants the camera.</param>
internal sealed record Leaving(LeaseEnd End, TimeSpan Until, bool Yields);
