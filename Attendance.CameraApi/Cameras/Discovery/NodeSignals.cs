using System.Threading.Channels;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>
/// Watches the nodes in <c>/dev</c>, which the kernel creates and removes as devices come and go, and to which udev then gives an owner and
/// a mode.
/// </summary>
internal sealed class NodeSignals : IDeviceSignals
{
    private readonly FileSystemWatcher _watcher;
    private readonly Channel<bool> _signs = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private NodeSignals(FileSystemWatcher watcher)
    {
        _watcher = watcher;
        watcher.Created += (_, _) => _signs.Writer.TryWrite(true);
        watcher.Deleted += (_, _) => _signs.Writer.TryWrite(true);
        watcher.Changed += (_, _) => _signs.Writer.TryWrite(true); // the node's owner, group or mode has changed
        watcher.Error += (_, error) => Fail(error.GetException());
        watcher.EnableRaisingEvents = true;
    }

    public string Name => $"changes of {_watcher.Path}";

    /// <returns>Null if the folder cannot be watched.</returns>
    public static NodeSignals? TryWatch(string folder = "/dev", string nodes = "video*")
    {
        try
        {
            return OperatingSystem.IsLinux()
                ? new(new FileSystemWatcher(folder, nodes) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.Attributes })
                : null;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            return null; // there is no such folder, or this account has reached its limit of watches
        }
    }

    public async Task WaitAsync(CancellationToken cancellationToken) => await _signs.Reader.ReadAsync(cancellationToken);

    public void Dispose() => _watcher.Dispose();

    /// <summary>Handles a failure of the watcher. Lost events cause a look; any other failure ends the signals.</summary>
    private void Fail(Exception exception)
    {
        if (exception is InternalBufferOverflowException)
        {
            _signs.Writer.TryWrite(true);
        }
        else
        {
            _signs.Writer.TryComplete(exception);
        }
    }
}
