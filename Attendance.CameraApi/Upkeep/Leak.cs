namespace Attendance.CameraApi.Upkeep;

/// <summary>The kinds of leaks. A leak is a hold that nobody answers for; its kind says how it was found.</summary>
internal enum LeakKind
{
    /// <summary>A worker of this node has a camera open that is lent to nobody.</summary>
    WorkerWithoutLease,

    /// <summary>A worker whose API is gone.</summary>
    OrphanWorker,

    /// <summary>A worker that claims to belong to this API, which did not start it.</summary>
    UnknownWorker,

    /// <summary>A worker that no API started, with a device or file of a camera open that is lent to nobody.</summary>
    DeviceOpenWithoutLease,

    /// <summary>The store held a lease that nobody here holds.</summary>
    LeaseWithoutHolder,

    /// <summary>An earlier run of this node left a lease whose time is over.</summary>
    NodeRestarted,

    /// <summary>A lease whose camera nothing attends to any more.</summary>
    LeaseWithoutWorker,

    /// <summary>A lease that should have ended because its session is gone or did not renew it.</summary>
    LeaseOverdue,

    /// <summary>A lease beyond the longest time allowed.</summary>
    HeldTooLong,
}

internal static class Leaks
{
    private static readonly string[] s_names = EnumNames.Of<LeakKind>();

    public static string Name(this LeakKind kind) => s_names[(int)kind];

    public static LeakKind? Parse(string? name) => Array.IndexOf(s_names, name) is >= 0 and var index ? (LeakKind)index : null;

    /// <summary>Whether only the store recorded the hold, so that it kept nobody from a camera for longer than a moment.</summary>
    public static bool IsOfTheStoreOnly(this LeakKind kind) => kind is LeakKind.LeaseWithoutHolder or LeakKind.NodeRestarted;

    public static (string What, string Done) Describe(this LeakKind kind) => kind switch
    {
        LeakKind.WorkerWithoutLease => ("A capture worker had the camera open, which is lent to nobody.", "The worker was killed."),
        LeakKind.OrphanWorker => ("A capture worker was left whose API is gone.", "The worker was killed."),
        LeakKind.UnknownWorker => ("A capture worker ran in this API's name that it did not start.", "The worker was killed."),
        LeakKind.DeviceOpenWithoutLease => ("A capture worker that no API started had the camera open, which is lent to nobody.", "The worker was killed."),
        LeakKind.LeaseWithoutHolder => ("The session store held a lease that nobody holds.", "The lease was ended."),
        LeakKind.NodeRestarted => ("An earlier run of this node left a lease whose time is over.", "The lease was ended."),
        LeakKind.LeaseWithoutWorker => ("The camera was lent, but nothing attends to it any more.", "The lease was ended."),
        LeakKind.LeaseOverdue => ("A lease went on after its session was gone or had not renewed it.", "The lease was ended."),
        LeakKind.HeldTooLong => ("A lease went on beyond the longest time allowed.", "The lease was ended."),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
