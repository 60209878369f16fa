using System.Net;

namespace Attendance.Web.Forwarding;

internal abstract record LeaseProof
{
    /// <param name="LeaseRef">A reference to the lease that is safe to store, unlike the lease's id.</param>
    public sealed record Live(string LeaseRef) : LeaseProof;

    /// <param name="Reason">Why the lease ended, or null if it ended long ago or never existed.</param>
    public sealed record Ended(string? Reason) : LeaseProof;

    /// <summary>The fencing token does not belong to this lease.</summary>
    public sealed record Stale : LeaseProof;

    /// <summary>It cannot be determined now whether the lease is live.</summary>
    public sealed record Unknown : LeaseProof;
}

/// <summary>Asks camera-api whether a lease is live. Gives up after the time that a person in front of a camera would wait.</summary>
internal sealed class LeaseChecks(CameraApiClient client)
{
    private const int LongestRef = 64;
    private const int LargestAnswer = 64 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public async Task<LeaseProof> CheckAsync(CheckLease claim, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, CameraApiClient.Address + "/api/leases/check")
        {
            Content = JsonContent.Create(claim, options: WireJson.Requests),
        };
        return await client.AskAsync<LeaseProof>(request, s_patience, UnderstandAsync, new LeaseProof.Unknown(), cancellationToken);
    }

    private static async Task<LeaseProof> UnderstandAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.StatusCode switch
        {
            HttpStatusCode.OK => await ReadAsync<CheckedResponse>(response, cancellationToken) is { LeaseRef: { Length: > 0 and <= LongestRef } reference }
                && reference.All(char.IsAsciiLetterOrDigit)
                ? new LeaseProof.Live(reference)
                : new LeaseProof.Unknown(),
            HttpStatusCode.Gone => new LeaseProof.Ended((await ReadAsync<EndedLease>(response, cancellationToken))?.Reason),
            HttpStatusCode.Conflict => new LeaseProof.Stale(),
            HttpStatusCode.BadRequest => new LeaseProof.Ended(null), // no lease ever had an id of this form
            _ => new LeaseProof.Unknown(),
        };

    private static async Task<T?> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
        return await response.Content.ReadFromJsonAsync<T>(WireJson.Kept, cancellationToken);
    }

    private sealed record EndedLease(string? Reason = null);
}
