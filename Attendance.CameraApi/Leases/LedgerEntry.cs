namespace Attendance.CameraApi.Leases;

/// <summary>One ended lease, as the store keeps it. Times are the store's, in ms since 1970.</summary>
internal sealed record LedgerEntry(
    string LeaseRef, long AcquiredAt, long EndedAt, string Reason, string? Detail, string Node, long FencingToken, LeaseMode Mode = LeaseMode.Exclusive);
