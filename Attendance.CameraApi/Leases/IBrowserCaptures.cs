using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>Creates captures for browser cameras, which the page that holds the lease opens itself.</summary>
internal interface IBrowserCaptures
{
    ICameraCapture Create(CameraLease lease);
}
