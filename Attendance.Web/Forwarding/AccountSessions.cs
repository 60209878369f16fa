using System.Net;
using System.Security.Claims;
using Attendance.Web.Accounts;
using Attendance.Web.Rights;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Forwarding;

/// <summary>
/// Knows which sessions of pages belong to which account, and ends the leases of theirs to which the account has lost the right, and those of
/// sessions that are signed out. It learns of a session when the session asks for a camera or opens its socket, so also after a restart of Web.
/// </summary>
internal sealed partial class AccountSessions(
    CameraApiClient client, SignInSessions signIns, IOptions<AccountOptions> options, TimeProvider clock, ILogger<AccountSessions> logger)
{
    /// <summary>The largest number of sessions that are known of one account. Those that were seen longest ago are forgotten.</summary>
    public const int Most = 500;

    private const int AtOnce = 8, LargestAnswer = 1024 * 1024;

    /// <summary>The reason with which a lease ends whose page is signed out.</summary>
    private const string SignedOutReason = "disconnected";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Holder> _holders = new(StringComparer.Ordinal);
    private long _signInsCheckedAt = clock.GetTimestamp();

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _holders.Count == 0;
            }
        }
    }

    /// <summary>Remembers a session that has asked for a camera.</summary>
    /// <param name="decidedUnder">The rules under which the camera was allowed. If others hold by now, the session's leases are looked at again.</param>
    public void Note(ClaimsPrincipal user, SignInProof signIn, string sessionId, RightsBook decidedUnder)
    {
        lock (_lock)
        {
            var holder = HolderOf(user, decidedUnder);
            See(holder, sessionId, signIn);
            holder.CheckedUnder = holder.CheckedUnder == decidedUnder ? decidedUnder : null;
        }
    }

    /// <summary>Remembers a session for as long as its socket is open, until the result is disposed.</summary>
    public IDisposable Follow(ClaimsPrincipal user, SignInProof signIn, string sessionId)
    {
        lock (_lock)
        {
            var holder = HolderOf(user, null);
            holder.CheckedUnder = holder.Sessions.ContainsKey(sessionId) ? holder.CheckedUnder : null; // it may hold something since before Web started
            var session = See(holder, sessionId, signIn);
            session.Sockets++;
            return new Socket(this, session);
        }
    }

    /// <summary>Ends the leases to which their account has no right under these rules, and forgets sessions that hold nothing.</summary>
    public async Task EndWithoutRightAsync(RightsBook book, CancellationToken cancellationToken)
    {
        List<(Holder Holder, ClaimsPrincipal User, string[] Sessions)> due;
        lock (_lock)
        {
            // The rules may be the same and the camera another: a lease can move. Where no rule limits the account, it is only looked at to forget it.
            due = [.. _holders.Values.Where(each => (each.CheckedUnder != book && book.Limits(each.User)) || clock.GetElapsedTime(each.CheckedAt) >= options.Value.CheckedEvery)
                .Select(each => (each, each.User, each.Sessions.Keys.ToArray()))];
            due.ForEach(each => (each.Holder.CheckedUnder, each.Holder.CheckedAt) = (book, clock.GetTimestamp()));
        }

        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (each, over) =>
        {
            foreach (var some in each.Sessions.Chunk(CleanupRequest.MaxSessions))
            {
                if (!await EndWithoutRightAsync(book, each.User, each.Holder, some, over))
                {
                    lock (_lock)
                    {
                        each.Holder.CheckedUnder = null; // tried again
                    }
                }
            }
        });
    }

    /// <summary>
    /// Ends the leases of sessions that are signed out. Their pages give back what they have when their sockets are cut; a program of somebody's
    /// own might go on without one, and watch by WebRTC, which does not pass here.
    /// </summary>
    public async Task EndSignedOutAsync(CancellationToken cancellationToken)
    {
        List<(string Id, PageSession Session, SignInProof SignIn)> known;
        lock (_lock)
        {
            known = [.. _holders.Values.SelectMany(holder => holder.Sessions).Where(each => each.Value.SignIn is not null).Select(each => (each.Key, each.Value, each.Value.SignIn!))];
        }

        var over = known.Where(each => each.SignIn.SessionId is { } id && signIns.HasEnded(id)).ToList();
        if (clock.GetElapsedTime(_signInsCheckedAt) >= options.Value.CheckedEvery)
        {
            _signInsCheckedAt = clock.GetTimestamp();
            var found = await signIns.FindOverAsync(known.Select(each => each.SignIn), cancellationToken);
            over.AddRange(known.Where(each => found.Contains(each.SignIn) && each.Session.WasOver));
            known.ForEach(each => each.Session.WasOver = found.Contains(each.SignIn));
        }

        foreach (var some in over.DistinctBy(each => each.Id, StringComparer.Ordinal).Chunk(CleanupRequest.MaxSessions))
        {
            if (await CleanUpAsync(new CleanupRequest(SessionIds: [.. some.Select(each => each.Id)], Reason: SignedOutReason), cancellationToken) is { Failed.Count: 0 })
            {
                lock (_lock)
                {
                    foreach (var each in some.Where(each => each.Session.SignIn == each.SignIn))
                    {
                        each.Session.SignIn = null; // until it shows itself with another sign-in
                    }
                }
            }
        }
    }

    /// <returns><see langword="false"/> if it is not known what the sessions hold, or a lease could not be ended.</returns>
    private async Task<bool> EndWithoutRightAsync(RightsBook book, ClaimsPrincipal user, Holder holder, string[] sessionIds, CancellationToken cancellationToken)
    {
        if (await CleanUpAsync(new CleanupRequest(SessionIds: sessionIds, DryRun: true), cancellationToken) is not { Failed.Count: 0 } held)
        {
            return false;
        }

        if (held.Released.Count == 0)
        {
            Forget(holder, sessionIds);
            return true;
        }

        List<(ReleasedCamera Lease, CameraRight Right)> lost = [];
        foreach (var lease in held.Released)
        {
            if (await FindLostRightAsync(book, user, lease, cancellationToken) is { } right)
            {
                lost.Add((lease, right));
            }
        }

        if (lost.Count == 0)
        {
            return true;
        }

        lost.ForEach(each => LogLost(each.Lease.LeaseRef!, each.Lease.CameraId, user.AccountId(), each.Right.Word()));
        return await CleanUpAsync(
            new CleanupRequest(SessionIds: sessionIds, LeaseRefs: [.. lost.Select(each => each.Lease.LeaseRef)], Reason: LeaseRights.LostReason), cancellationToken) is { Failed.Count: 0 };
    }

    /// <returns>The right that the user does not have; null if the lease may stay.</returns>
    private async Task<CameraRight?> FindLostRightAsync(RightsBook book, ClaimsPrincipal user, ReleasedCamera lease, CancellationToken cancellationToken)
    {
        if (IdFormats.IsBrowserCamera(lease.CameraId))
        {
            var published = PublishedCamera.IdOf(lease.CameraId);
            return !book.May(user, CameraRight.Publish, published) && await IsPublishedAsync(published, cancellationToken) ? CameraRight.Publish : null;
        }

        var right = LeaseRights.Of(lease.Mode);
        return lease.LeaseRef is not null && !book.May(user, right, lease.CameraId) ? right : null;
    }

    private async Task<CleanupResponse?> CleanUpAsync(CleanupRequest asked, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, CameraApiClient.Address + "/api/camera/cleanup")
        {
            Content = JsonContent.Create(asked, options: WireJson.Requests),
        };
        return await client.AskAsync<CleanupResponse?>(
            request,
            s_patience,
            async (response, over) =>
            {
                await response.Content.LoadIntoBufferAsync(LargestAnswer, over);
                return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadFromJsonAsync<CleanupResponse>(WireJson.Kept, over) : null;
            },
            null,
            cancellationToken);
    }

    /// <summary>Returns whether somebody publishes a camera now. If that cannot be found out, it counts as published.</summary>
    private async Task<bool> IsPublishedAsync(string cameraId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{CameraApiClient.Address}/api/cameras/{cameraId}");
        return await client.AskAsync(
            request,
            s_patience,
            async (response, over) => response.StatusCode switch
            {
                HttpStatusCode.OK => await response.Content.ReadFromJsonAsync<Seen>(WireJson.Kept, over) is not { State: "missing" or "suspended" },
                HttpStatusCode.NotFound => false,
                _ => true,
            },
            true,
            cancellationToken);
    }

    private Holder HolderOf(ClaimsPrincipal user, RightsBook? checkedUnder)
    {
        if (_holders.TryGetValue(user.AccountId(), out var holder))
        {
            holder.User = user;
        }
        else
        {
            _holders[user.AccountId()] = holder = new Holder { User = user, CheckedUnder = checkedUnder, CheckedAt = clock.GetTimestamp() };
        }

        return holder;
    }

    private PageSession See(Holder holder, string sessionId, SignInProof signIn)
    {
        if (!holder.Sessions.TryGetValue(sessionId, out var session))
        {
            if (holder.Sessions.Count >= Most)
            {
                holder.Sessions.Remove(holder.Sessions.MinBy(each => (each.Value.Sockets > 0, each.Value.SeenAt)).Key);
            }

            holder.Sessions[sessionId] = session = new PageSession();
        }

        (session.SignIn, session.WasOver, session.SeenAt) = (signIn, false, clock.GetTimestamp());
        return session;
    }

    /// <summary>Forgets sessions that hold nothing. One that asks again is remembered again.</summary>
    private void Forget(Holder holder, string[] sessionIds)
    {
        lock (_lock)
        {
            foreach (var id in sessionIds.Where(id => holder.Sessions.TryGetValue(id, out var session) && session.Sockets == 0))
            {
                holder.Sessions.Remove(id);
            }

            if (holder.Sessions.Count == 0)
            {
                _holders.Remove(holder.User.AccountId());
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Lease {LeaseRef} of camera {CameraId} is ended, because account {AccountId} has no right to {Right} it any more")]
    private partial void LogLost(string leaseRef, string cameraId, string accountId, string right);

    private sealed record Seen(string? State = null);

    private sealed class Holder
    {
        public required ClaimsPrincipal User { get; set; }

        public Dictionary<string, PageSession> Sessions { get; } = new(StringComparer.Ordinal);

        /// <summary>The rules under which its leases were looked at last; null if they have to be looked at again.</summary>
        public RightsBook? CheckedUnder { get; set; }

        public long CheckedAt { get; set; }
    }

    private sealed class PageSession
    {
        /// <summary>The sign-in with which it was seen last.</summary>
        public SignInProof? SignIn { get; set; }

        /// <summary>Whether that was found to be over the last time. A page that gets a new password shows itself with another one first.</summary>
        public bool WasOver { get; set; }

        public long SeenAt { get; set; }

        public int Sockets { get; set; }
    }

    private sealed class Socket(AccountSessions sessions, PageSession session) : IDisposable
    {
        public void Dispose()
        {
            lock (sessions._lock)
            {
                session.Sockets--;
            }
        }
    }
}
