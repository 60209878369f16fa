namespace Attendance.Web.CheckIn;

/// <summary>Tells pages of this process that something was recorded. Pages of other replicas find it when they look again.</summary>
internal sealed class CheckInFeed
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes when something is recorded after this call.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Recorded() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
