namespace Attendance.Contracts;

/// <summary>Releases what sessions hold; without sessions what is stale, or everything.</summary>
/// <param name="SessionId">A session whose cameras to release, in addition to those of <paramref name="SessionIds"/>.</param>
/// <param name="Reason">One of the release reasons, or the client's own word of at most 64 characters.</param>
/// <param name="Force">Whether to release everything and not only what is stale. Not allowed with sessions.</param>
/// <param name="DryRun">Whether to only report what would be released.</param>
/// <param name="GraceMs">With sessions: how long they may come back and find their leases, 0 to 2000 ms; 0 releases at once.</param>
/// <param name="LeaseRefs">With sessions: the references of those of their leases that are meant; null for all.</param>
/// <param name="By">Without a session: the person or service that asks, for the audit. It requires <paramref name="Why"/>.</param>
public sealed record CleanupRequest(
    string? SessionId = null,
    IReadOnlyList<string?>? SessionIds = null,
    string? Reason = null,
    bool? Force = null,
    bool? DryRun = null,
    int? GraceMs = null,
    IReadOnlyList<string?>? LeaseRefs = null,
    string? By = null,
    string? Why = null)
{
    public const int MaxSessions = 100;
    public const int MaxLeases = 1000;
    public const int MaxReason = 64;
    public const int MaxGraceMs = 2000;

    /// <summary>Returns all sessions that the request names, each once. It is a method because a property would be a member of the JSON.</summary>
    public IReadOnlyList<string> AllSessions() => [.. (SessionIds ?? []).Append(SessionId).OfType<string>().Distinct()];

    /// <exception cref="RequestException">The request is not valid. The exception names every field that is wrong.</exception>
    public void Validate()
    {
        var errors = new Dictionary<string, string[]>();
        if (SessionId is not null && !IdFormats.IsSession(SessionId))
        {
            errors["session_id"] = [IdFormats.SessionRule];
        }

        if (SessionIds is { Count: > MaxSessions })
        {
            errors["session_ids"] = [$"may hold {MaxSessions} at most."];
        }
        else if (SessionIds is not null && SessionIds.ToList().FindIndex(id => !IdFormats.IsSession(id)) is var wrong and >= 0)
        {
            errors[$"session_ids[{wrong}]"] = [IdFormats.SessionRule];
        }

        if (Reason is { Length: > MaxReason })
        {
            errors["reason"] = [$"may have {MaxReason} characters at most."];
        }

        if (Force == true && (SessionId is not null || SessionIds is not null))
        {
            errors["force"] = ["releases everything and cannot go with sessions."];
        }

        if (GraceMs is < 0 or > MaxGraceMs)
        {
            errors["grace_ms"] = [$"must be 0 to {MaxGraceMs}."];
        }
        else if (GraceMs > 0 && SessionId is null && SessionIds is not { Count: > 0 })
        {
            errors["grace_ms"] = ["goes with sessions only."];
        }

        if (LeaseRefs is not null && (SessionId is null && SessionIds is not { Count: > 0 } || GraceMs > 0))
        {
            errors["lease_refs"] = ["goes with sessions only, and not with grace_ms."];
        }
        else if (LeaseRefs is { Count: > MaxLeases } || LeaseRefs?.Any(each => !IdFormats.IsName(each)) == true)
        {
            errors["lease_refs"] = [$"may hold {MaxLeases} at most, each of which {IdFormats.NameRule}"];
        }

        if (By is not null || Why is not null)
        {
            OpsRequest.CheckBy(By, errors);
            OpsRequest.CheckWhy(Why, errors);
        }

        RequestException.ThrowIfAny(errors);
    }
}

public sealed record CleanupResponse(
    IReadOnlyList<ReleasedCamera> Released,
    IReadOnlyList<FailedCamera> Failed,
    IReadOnlyList<LeavingCamera> Leaving,
    bool DryRun,
    DateTime Timestamp);

/// <summary>A lease that was ended, or a hold without one.</summary>
/// <param name="Seconds">Time in seconds until the camera was free, or only others' any more.</param>
/// <param name="LeaseRef">Tells the leases of a camera apart that several share; null for a hold without a lease.</param>
/// <param name="Mode">How the lease had the camera, <c>exclusive</c> or <c>shared</c>; null for a hold without a lease.</param>
public sealed record ReleasedCamera(string CameraId, string Node, string Reason, double Seconds, string? LeaseRef = null, string? Mode = null);

public sealed record FailedCamera(string CameraId, string Cause);

/// <summary>A camera that becomes free in a moment, unless its session comes back.</summary>
public sealed record LeavingCamera(string CameraId);
