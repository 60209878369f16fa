using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Attendance.LocalHosting.Dashboard;

/// <summary>Tells whoever has a page open that there is something new. What it is they ask for; several changes may be one word.</summary>
internal sealed class Changes
{
    private readonly ConcurrentDictionary<Channel<bool>, bool> _watchers = [];

    public void Raise()
    {
        foreach (var watcher in _watchers.Keys)
        {
            watcher.Writer.TryWrite(true);
        }
    }

    /// <summary>Has something to read at once, and after every change since it was last read. The caller disposes of it.</summary>
    public Watch Begin()
    {
        var channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        channel.Writer.TryWrite(true);
        _watchers[channel] = true;
        return new Watch(this, channel);
    }

    internal sealed class Watch(Changes changes, Channel<bool> channel) : IDisposable
    {
        public ValueTask<bool> NextAsync(CancellationToken cancellationToken) => channel.Reader.ReadAsync(cancellationToken);

        public void Dispose() => changes._watchers.TryRemove(channel, out _);
    }
}
