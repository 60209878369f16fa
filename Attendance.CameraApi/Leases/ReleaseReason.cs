namespace Attendance.CameraApi.Leases;

/// <summary>Why a lease ended. Its name in JSON, the ledger and metrics is <see cref="ReleaseReasons.Name"/>.</summary>
internal enum ReleaseReason
{
    Client,
    PageHide,
    PageUnload,
    Manual,
    Disconnected,
    Expired,
    HiddenTooLong,
    MaxHold,
    Takeover,
    Shutdown,
    NodeRestarted,
    NodeLost,
    DeviceLost,
    WorkerFailed,
    OpenFailed,
    Forced,
    Test,

    /// <summary>The account that held it lost the right to use the camera that way.</summary>
    RightLost,
}

/// <summary>How a lease ended: one typed reason and an optional detail, such as the word that a client gave.</summary>
internal readonly record struct LeaseEnd(ReleaseReason Reason, string? Detail = null)
{
    public override string ToString() => Detail is null ? Reason.Name() : $"{Reason.Name()} ({Detail})";
}

internal static class ReleaseReasons
{
    private static readonly string[] s_names = EnumNames.Of<ReleaseReason>();

    /// <summary>The reasons that a client may give. The service determines all others itself.</summary>
    private static readonly ReleaseReason[] s_clients =
    [
        ReleaseReason.Client, ReleaseReason.PageHide, ReleaseReason.PageUnload, ReleaseReason.Manual,
        ReleaseReason.Disconnected, ReleaseReason.HiddenTooLong, ReleaseReason.Test, ReleaseReason.RightLost,
    ];

    public static string Name(this ReleaseReason reason) => s_names[(int)reason];

    /// <summary>Whether the reason ends the lease wherever it is, and not only the use of one camera.</summary>
    public static bool IsOfHolder(this ReleaseReason reason) => s_clients.Contains(reason);

    /// <summary>Converts the reason that a client gave. An unknown word is kept as the detail of <see cref="ReleaseReason.Client"/>.</summary>
    public static LeaseEnd FromClient(string? text, ReleaseReason absent = ReleaseReason.Client)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new LeaseEnd(absent);
        }

        var index = Array.IndexOf(s_names, text);
        return index >= 0 && s_clients.Contains((ReleaseReason)index)
            ? new LeaseEnd((ReleaseReason)index)
            : new LeaseEnd(ReleaseReason.Client, Printable(text));
    }

    /// <summary>Shortens the text and removes control characters, so that none from a client reaches a log or a terminal.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Where(character => !char.IsControl(character) && !char.IsSurrogate(character)).Take(CleanupRequest.MaxReason));
}
