namespace Attendance.CameraApi.Alerts;

/// <summary>Finds problems of one area. It is called about once a second.</summary>
internal interface IFindingSource
{
    IReadOnlyList<Finding> Find();
}
