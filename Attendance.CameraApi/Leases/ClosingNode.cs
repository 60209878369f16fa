namespace Attendance.CameraApi.Leases;

/// <summary>Tells whether this node is stopping. Once it is, no camera is acquired any more.</summary>
internal sealed class ClosingNode : IDisposable
{
    private readonly CancellationTokenSource _closing = new();

    public bool IsClosing => _closing.IsCancellationRequested;

    public CancellationToken Token => _closing.Token;

    public Task CloseAsync() => _closing.CancelAsync();

    public void Dispose() => _closing.Dispose();
}
