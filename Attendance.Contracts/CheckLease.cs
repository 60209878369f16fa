namespace Attendance.Contracts;

/// <summary>A lease as a client presents it before it writes under the lease.</summary>
public sealed record CheckLease(string? LeaseId = null, string? CameraId = null, long? FencingToken = null)
{
    /// <exception cref="RequestException">The request is not valid. The exception names every field that is wrong.</exception>
    public (string LeaseId, string CameraId, long FencingToken) Validate()
    {
        var errors = new Dictionary<string, string[]>();
        if (!IdFormats.IsLease(LeaseId))
        {
            errors["lease_id"] = [IdFormats.LeaseRule];
        }

        if (!IdFormats.IsName(CameraId))
        {
            errors["camera_id"] = [IdFormats.NameRule];
        }

        if (FencingToken is not > 0)
        {
            errors["fencing_token"] = ["must be a whole number above 0."];
        }

        RequestException.ThrowIfAny(errors);
        return (LeaseId!, CameraId!, FencingToken!.Value);
    }
}

/// <summary>The answer while the lease is live.</summary>
/// <param name="LeaseRef">A reference to the lease that is safe to show and to store, unlike the lease's id.</param>
public sealed record CheckedResponse(string CameraId, string LeaseRef, long FencingToken, DateTime ExpiresAt);
