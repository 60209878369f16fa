using Attendance.Tests.Live;

namespace Attendance.Tests.Browser;

/// <summary>A page as where a firewall blocks UDP: neither side is told where the other one is, so nothing passes by WebRTC.</summary>
internal static class BlockedUdp
{
    /// <summary>To be run before the page's own scripts.</summary>
    public static string Script { get; } = ChangedDescriptions.Script(ChangedDescriptions.WithoutCandidates, ChangedDescriptions.WithoutCandidates);
}
