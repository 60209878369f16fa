namespace Attendance.CameraApi.Leases;

/// <param name="Until">When the lease ends, as the time since it began.</param>
/// <param name="Yields">Whether the lease ends at once if another session wants the camera.</param>
internal sealed record Leaving(LeaseEnd End, TimeSpan Until, bool Yields);
