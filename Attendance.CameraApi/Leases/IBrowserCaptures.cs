using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>Makes the capture of a camera that the page of its lease opens itself.</summary>
internal interface IBrowserCaptures
{
    ICameraCapture Create(CameraLease lease);
}
