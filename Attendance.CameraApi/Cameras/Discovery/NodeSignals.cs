using System.Threading.Channels;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>Nodes that come and go in <c>/dev</c>, where the kernel's own news cannot be had.</summary>
internal sealed class NodeSignals : IDeviceSignals
{
    private readonly FileSystemWatcher _watcher;
    private readonly Channel<bool> _signs = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private NodeSignals(FileSystemWatcher watcher)
    {
        _watcher = watcher;
        watcher.Created += (_, _) => _signs.Writer.TryWrite(true);
        watcher.Deleted += (_, _) => _signs.Writer.TryWrite(true);
        watcher.Changed += (_, _) => _signs.Writer.TryWrite(true); // its group or its mode
        watcher.Error += (_, error) => Fail(error.GetException());
        watcher.EnableRaisingEvents = true;
    }

    public string Name => $"changes of {_watcher.Path}";

    /// <returns>Null where the folder cannot be watched.</returns>
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
            return null; // no such folder, or this account watches as many as it may
        }
    }

    public async Task WaitAsync(CancellationToken cancellationToken) => await _signs.Reader.ReadAsync(cancellationToken);

    public void Dispose() => _watcher.Dispose();

    /// <summary>News that are lost are a reason to look, any other failure to do without.</summary>
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
