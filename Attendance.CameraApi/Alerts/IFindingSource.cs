namespace Attendance.CameraApi.Alerts;

/// <summary>Knows of something that may be wrong, and is asked again and again.</summary>
internal interface IFindingSource
{
    IReadOnlyList<Finding> Find();
}
