namespace Attendance.CameraApi.Store;

internal sealed class StoreOptions
{
    /// <summary>A store that has not answered by then counts as unavailable.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(700);
}
