using System.Collections.Concurrent;

namespace Attendance.Web.Reports.Exports;

/// <summary>How far an export is.</summary>
internal sealed class ExportState
{
    private long _rows;

    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>When it ended, or null while it runs.</summary>
    public DateTimeOffset? Ended { get; set; }

    /// <summary>Whether all rows were sent.</summary>
    public bool IsWhole { get; set; }

    public void Count() => Interlocked.Increment(ref _rows);
}

/// <summary>
/// Remembers how far exports are, for the pages that show it: in this process, each for its account only, and for a minute after its end. Where another
/// replica sends the export, the page shows what it has received.
/// </summary>
internal sealed class ExportStates(TimeProvider clock)
{
    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<(string AccountId, Guid Id), ExportState> _states = new();

    /// <param name="id">The id by which the page asks, or null if none does.</param>
    public ExportState Begin(string accountId, Guid? id)
    {
        var now = clock.GetUtcNow();
        foreach (var (key, old) in _states.Where(each => each.Value.Ended < now - s_kept))
        {
            _states.TryRemove(new(key, old));
        }

        var state = new ExportState();
        if (id is { } known)
        {
            _states[(accountId, known)] = state;
        }

        return state;
    }

    public void End(ExportState state, bool isWhole) => (state.IsWhole, state.Ended) = (isWhole, clock.GetUtcNow());

    public ExportState? Find(string accountId, Guid id) => _states.GetValueOrDefault((accountId, id));
}
