
namespace Attendance.CameraApi.Leases;

/// <summary>Creates the problem responses that say why a camera or a lease is not available.</summary>
internal static class LeaseProblems
{
    /// <param name="outcome">Any outcome except a granted lease; null if no camera meets the requirements.</param>
    public static Problem Refused(HttpContext context, AcquireOutcome? outcome) => outcome switch
    {
        null => new Problem(StatusCodes.Status404NotFound, ProblemCodes.NoMatchingCamera, "No camera meets the requirements."),
        AcquireOutcome.InUse inUse => new Problem(StatusCodes.Status409Conflict, ProblemCodes.CameraInUse, "Another session holds this camera.")
        {
            Detail = "It becomes free at 'expires_at' at the latest unless its holder renews. 'takeover': true ends the other lease.",
            RetryAfter = inUse.ExpiresAt - context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(),
            Extensions = new Dictionary<string, object?> { ["expires_at"] = inUse.ExpiresAt.UtcDateTime, ["mode"] = inUse.Mode.Name() },
        },
        AcquireOutcome.OtherMode other => new Problem(StatusCodes.Status409Conflict, ProblemCodes.OtherMode, "The session holds this camera already, in another mode or role.")
        {
            Detail = $"Its mode is '{other.Held.Name()}', {(other.Role is null ? "without a role" : $"its role '{other.Role}'")}. A lease keeps both. Release it before asking for others.",
        },
        AcquireOutcome.Full full => new Problem(StatusCodes.Status409Conflict, ProblemCodes.CameraFull, "As many sessions share this camera as may.")
        {
            Detail = $"'Leases:MaxHolders' is {full.Holders}. 'wait_seconds' waits until one of them ends.",
        },
        AcquireOutcome.Quarantined quarantined =>
            new Problem(StatusCodes.Status423Locked, ProblemCodes.CameraQuarantined, "The camera could not be proven free after its last use.")
            {
                Detail = quarantined.Quarantine.Cause,
                Extensions = new Dictionary<string, object?> { ["since"] = quarantined.Quarantine.Since.UtcDateTime },
            },
        AcquireOutcome.Ended ended => LeaseEnded(ended.End),
        AcquireOutcome.ShuttingDown => new Problem(
            StatusCodes.Status503ServiceUnavailable, ProblemCodes.CameraUnavailable, "This node is shutting down.") { RetryAfter = TimeSpan.FromSeconds(5) },
        _ => throw new InvalidOperationException($"No answer is known for {outcome.Name}."),
    };

    public static Problem UnknownCamera() => new(StatusCodes.Status404NotFound, ProblemCodes.UnknownCamera, "No camera has this id.");

    /// <param name="end">How the lease ended, or null if it ended long ago or never existed.</param>
    public static Problem LeaseEnded(LeaseEnd? end) => new(StatusCodes.Status410Gone, ProblemCodes.LeaseEnded, "The lease has ended.")
    {
        Detail = end is null ? "No lease with this id is known." : null,
        Extensions = new Dictionary<string, object?> { ["reason"] = end?.Reason.Name(), ["reason_detail"] = end?.Detail },
    };
}
