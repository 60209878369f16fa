using System.Collections.Concurrent;
using Attendance.Web.Forwarding;

namespace Attendance.Web.Doors;

/// <summary>What this process does at a door.</summary>
internal enum DoorCondition
{
    /// <summary>Nobody watches the door, so nobody is marked there.</summary>
    NotWatched,

    /// <summary>No session is open there. The camera is not borrowed.</summary>
    NoSession,

    /// <summary>A session is open, but nobody whom it expects has a template.</summary>
    NobodyKnown,

    /// <summary>More people are expected than faces can tell apart.</summary>
    TooMany,

    /// <summary>Everybody must show that they are there themselves (<c>Liveness:Required</c>), which nobody can be asked for at a door.</summary>
    MustBeAlive,

    /// <summary>The camera is borrowed, and its pictures are looked at.</summary>
    Watching,

    /// <summary>The camera is borrowed, but no picture comes.</summary>
    NoPicture,

    InUse,
    InUseElsewhere,
    Quarantined,
    UnknownCamera,
    CameraAway,

    /// <summary>camera-api or its store does not answer.</summary>
    NoAnswer,

    /// <summary>The database does not answer, or faces cannot be looked at on this machine.</summary>
    Trouble,
}

/// <summary>Keeps what this process does at each door, for its page. Nothing of it is stored.</summary>
internal sealed class DoorStates
{
    private readonly ConcurrentDictionary<Guid, DoorCondition> _conditions = new();
    private TaskCompletionSource _changed = New();

    /// <summary>Completes when an administrator changes a door in this process after this call. Other processes find it when they look again.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public DoorCondition? Of(Guid doorId) => _conditions.TryGetValue(doorId, out var condition) ? condition : null;

    /// <returns>Whether it was another one before.</returns>
    public bool Set(Guid doorId, DoorCondition condition)
    {
        var isNew = Of(doorId) != condition;
        _conditions[doorId] = condition;
        return isNew;
    }

    public void Forget(Guid doorId) => _conditions.TryRemove(doorId, out _);

    public void DoorsChanged() => Interlocked.Exchange(ref _changed, New()).TrySetResult();

    public static DoorCondition Of(BorrowRefusal refusal) => refusal switch
    {
        BorrowRefusal.InUse => DoorCondition.InUse,
        BorrowRefusal.InUseElsewhere => DoorCondition.InUseElsewhere,
        BorrowRefusal.Quarantined => DoorCondition.Quarantined,
        BorrowRefusal.Unknown => DoorCondition.UnknownCamera,
        BorrowRefusal.Away => DoorCondition.CameraAway,
        _ => DoorCondition.NoAnswer,
    };

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
