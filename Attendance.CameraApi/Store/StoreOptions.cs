namespace Attendance.CameraApi.Store;

internal sealed class StoreOptions
{
    /// <summary>A store that has not answered within this time counts as unavailable.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(700);
}
