using System.Collections.Concurrent;
using System.Diagnostics;
using Attendance.Tests.Hosts;

namespace Attendance.Tests.Chaos;

/// <summary>Records what clients were told, and checks whether all of it can be true.</summary>
internal sealed class Witness
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _newestToken = [], _newestExclusive = [];
    private readonly Dictionary<string, (string Camera, string Session, long Token)> _granted = [];
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly ConcurrentQueue<string> _story = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly long _started = Stopwatch.GetTimestamp();

    public IReadOnlyCollection<string> Violations => _violations;

    public IEnumerable<string> Story => _story;

    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>Leases that some client was given, by their references.</summary>
    public IReadOnlyCollection<string> Granted
    {
        get
        {
            lock (_gate)
            {
                return [.. _granted.Keys];
            }
        }
    }

    public void Tell(string what)
    {
        _story.Enqueue(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_started).TotalSeconds,7:0.00} s  {what}"));
        while (_story.Count > 300 && _story.TryDequeue(out _))
        {
        }
    }

    public void Count(string what) => _counts.AddOrUpdate(what, 1, (_, count) => count + 1);

    public void Violated(string what)
    {
        Tell("VIOLATION " + what);
        _violations.Enqueue(what);
    }

    /// <summary>
    /// I1 and I5: tokens of a camera grow with every grant, whatever happened to the store. Of leases that are shared at the same time, the
    /// clients may be told in any order.
    /// </summary>
    public void GrantedTo(string session, string camera, Lease lease, bool isShared)
    {
        lock (_gate)
        {
            if (_granted.TryGetValue(lease.Ref, out var known))
            {
                if (known != (camera, session, lease.FencingToken))
                {
                    Violated($"I1: lease {lease.Ref} of {known} was given to {session} for {camera} with token {lease.FencingToken}");
                }

                return;
            }

            var newest = NewestToken(camera, isShared);
            if (lease.FencingToken <= newest)
            {
                Violated($"I5: {camera} was granted with token {lease.FencingToken} after {newest}");
            }

            _newestToken[camera] = Math.Max(_newestToken.GetValueOrDefault(camera), lease.FencingToken);
            if (!isShared)
            {
                _newestExclusive[camera] = lease.FencingToken;
            }

            _granted[lease.Ref] = (camera, session, lease.FencingToken);
        }
    }

    /// <summary>
    /// I1 and I5: a picture or a renewal that is asked for after a newer lease of the camera was granted that it cannot be beside, must be
    /// refused.
    /// </summary>
    /// <param name="newestBefore">What <see cref="NewestToken"/> was before it was asked.</param>
    public void Served(string camera, Lease lease, long newestBefore, string what)
    {
        if (lease.FencingToken < newestBefore)
        {
            Violated($"I5: {what} of {camera} under token {lease.FencingToken} although {newestBefore} had been granted");
        }
    }

    /// <summary>The newest token that was granted to somebody beside whom a lease cannot be: of those who share, only exclusive ones.</summary>
    public long NewestToken(string camera, bool isShared)
    {
        lock (_gate)
        {
            return (isShared ? _newestExclusive : _newestToken).GetValueOrDefault(camera);
        }
    }
}
