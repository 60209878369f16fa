using System.Globalization;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Quality;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Choice;

/// <summary>
/// Finds a camera for a session that named none. Of the free cameras that meet its requirements it takes the best rated one; among
/// cameras rated about alike, the one that has been idle longest. If all are in use, it takes the first that is given back.
/// </summary>
internal sealed class CameraChoice(
    CameraCatalog catalog,
    CameraSlots slots,
    CameraLeases leases,
    CameraQuality quality,
    CameraProbes probes,
    IOptions<QualityOptions> options,
    IOptions<NodeOptions> node,
    TimeProvider clock)
{
    public const string Auto = IdFormats.AutoCamera;

    /// <summary>Limit on unknown cameras that are probed for a request, because the request waits seconds for each.</summary>
    private const int MostProbed = 3;

    /// <returns>The outcome, or null when no camera meets the requirements, in use or not.</returns>
    /// <exception cref="CameraUnavailableException">None of the free cameras opens.</exception>
    public async Task<AcquireOutcome?> AcquireAsync(
        CameraRequirements requirements, AcquireOptions acquireOptions, CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        var candidates = Candidates(requirements, acquireOptions);
        if (candidates.FirstOrDefault(one => one.Slot.Leases.Any(lease => lease.End is null && lease.SessionHash == acquireOptions.SessionHash)) is { } own)
        {
            return WithReason(await leases.AcquireAsync(own.Slot, acquireOptions, cancellationToken), candidates, "The session has this camera already.");
        }

        if (options.Value.ProbeBeforeChoice && await ProbeUnknownAsync(candidates, cancellationToken))
        {
            candidates = Candidates(requirements, acquireOptions);
        }

        AcquireOutcome? refused = null;
        CameraUnavailableException? unavailable = null;
        var hopeful = candidates.ToDictionary(one => one.Slot.Camera.Id);
        foreach (var candidate in candidates)
        {
            var reason = ReasonFor(candidate, candidates, hopeful.Count < candidates.Count);
            try
            {
                var outcome = await leases.AcquireAsync(candidate.Slot, acquireOptions with { Wait = default, Takeover = false }, cancellationToken);
                if (outcome is AcquireOutcome.Granted or AcquireOutcome.Ended or AcquireOutcome.ShuttingDown)
                {
                    return WithReason(outcome, candidates, reason);
                }

                refused = Sooner(refused, outcome);
            }
            catch (CameraUnavailableException exception)
            {
                unavailable = exception;
                hopeful.Remove(candidate.Slot.Camera.Id);
            }
        }

        if (refused is AcquireOutcome.InUse && acquireOptions.Takeover)
        {
            var soonest = candidates.Select(one => one.Slot).Where(slot => !slot.IsEmpty).MinBy(LastExpiry) ?? candidates[0].Slot;
            return WithReason(await leases.AcquireAsync(soonest, acquireOptions, cancellationToken), candidates, "All were in use; this one was taken from the session whose time is over soonest.");
        }

        // Each turn either grants a camera or removes one from 'hopeful', so the loop ends.
        while (refused is AcquireOutcome.InUse && hopeful.Count > 0 && acquireOptions.Wait - clock.GetElapsedTime(asked) is { Ticks: > 0 } patience)
        {
            try
            {
                var turn = await leases.AcquireFirstFreedAsync([.. hopeful.Values.Select(one => one.Slot)], acquireOptions with { Wait = patience }, cancellationToken);
                if (turn is not { } came)
                {
                    break;
                }

                if (came.Outcome is AcquireOutcome.Granted or AcquireOutcome.Ended or AcquireOutcome.ShuttingDown)
                {
                    return WithReason(came.Outcome, candidates, "All were in use; this one was given back first.");
                }

                hopeful.Remove(came.Slot.Camera.Id);
            }
            catch (CameraUnavailableException exception)
            {
                hopeful.Remove(exception.CameraId);
            }
        }

        return refused ?? (unavailable is null ? null : throw unavailable);
    }

    /// <summary>Returns cameras that a lease can have whose own was lost: the most similar first, and among these the best rated.</summary>
    public IReadOnlyList<CameraSlot> NextBest(AcquireOptions wish, Camera lost) =>
    [
        .. Candidates(wish.Failover!, wish)
            .Select(one => one.Slot)
            .Where(slot => slot.CanEnter(wish) && slot.Camera.Id != lost.Id)
            .OrderByDescending(slot => slot.Camera.Tags.Intersect(lost.Tags).Count())
            .ThenByDescending(slot => slot.Camera.Facing == lost.Facing)
            .ThenByDescending(slot => (slot.Camera.Width, slot.Camera.Height) == (lost.Width, lost.Height)),
    ];

    /// <summary>Returns what <see cref="AcquireAsync"/> would do now. Opens and reserves nothing.</summary>
    /// <returns>
    /// The camera and the reason for it, or the refusal that a session gets that does not wait. All are null when no camera meets the
    /// requirements.
    /// </returns>
    public (CameraSlot? Best, ChosenCamera? Choice, AcquireOutcome? Refused) Preview(CameraRequirements requirements)
    {
        var candidates = Candidates(requirements, new AcquireOptions(SessionHash: ""));
        var best = candidates.FirstOrDefault(one => one.IsFree)
            ?? candidates.FirstOrDefault(one => one.Slot is { Quarantine: null, IsEmpty: false } slot && slot.Leases.All(lease => lease.Leaving is { Yields: true }));
        if (best is not null)
        {
            return (best.Slot, Choice(best, candidates, ReasonFor(best, candidates, othersFailed: false)), null);
        }

        return (null, null, candidates.Select(one => one.Slot switch
        {
            { Quarantine: { } quarantine } => (AcquireOutcome)new AcquireOutcome.Quarantined(quarantine),
            var slot => new AcquireOutcome.InUse(LastExpiry(slot)),
        }).Aggregate(default(AcquireOutcome), Sooner));
    }

    /// <returns>Whether the probes found out anything new.</returns>
    private async Task<bool> ProbeUnknownAsync(List<Candidate> candidates, CancellationToken cancellationToken)
    {
        var isMoreKnown = false;
        if (candidates.Count(one => one.IsFree) > 1) // otherwise there is nothing to choose
        {
            foreach (var unknown in candidates
                .Where(one => one is { IsFree: true, Rating.MeasuredAt: null } && quality.FailuresOf(one.Slot.Camera.Id) == 0)
                .Take(MostProbed))
            {
                try
                {
                    isMoreKnown |= await probes.ProbeAsync(unknown.Slot, cancellationToken) is null;
                }
                catch (CameraUnavailableException)
                {
                    isMoreKnown = true; // its rating now includes that it does not open
                }
            }
        }

        return isMoreKnown;
    }

    /// <summary>Whether the session's turn has come, so that it waits for a picture and no longer for a camera.</summary>
    public bool IsOpening(string sessionHash) => leases.HeldBy(sessionHash).Count > 0;

    /// <summary>
    /// Returns the candidates in the order in which they are tried. Free ones come first, so that a session that said goodbye and may
    /// come back keeps its camera while another one is free.
    /// </summary>
    /// <remarks>A published camera is somebody's own, and taken only by who names it.</remarks>
    /// <param name="wish">What the session asks for: a camera that it can share with those who have it counts as free.</param>
    private List<Candidate> Candidates(CameraRequirements requirements, AcquireOptions wish)
    {
        var all = new List<Candidate>();
        foreach (var (camera, _) in catalog.List().Where(entry => entry is { IsPresent: true, Camera.Source.Kind: not CameraKind.Published }))
        {
            if (slots.TryGet(camera.Id, out var slot)
                && slot.Capture?.Frames is var frames
                && requirements.AreMetBy(camera, quality.Measured(camera.Id, frames), node.Value.Name))
            {
                all.Add(new(slot, quality.Rate(camera.Id, frames), IsFree: slot.CanEnter(wish) || slot is { Lease: null or { IsProbe: true }, Quarantine: null }));
            }
        }

        return [.. Order(all.Where(one => one.IsFree)), .. Order(all.Where(one => !one.IsFree))];
    }

    private DateTimeOffset LastExpiry(CameraSlot slot) => slot.Leases.Select(lease => lease.ExpiresAt).DefaultIfEmpty(clock.GetUtcNow()).Max();

    private IReadOnlyList<Candidate> Order(IEnumerable<Candidate> candidates) =>
        CameraRanking.Order(candidates, one => one.Rating.Rating, one => one.Slot.LeftAt, options.Value.TieWidth);

    private string ReasonFor(Candidate chosen, List<Candidate> candidates, bool othersFailed)
    {
        var free = candidates.Where(one => one.IsFree).ToList();
        var rated = string.Create(CultureInfo.InvariantCulture, $"rated {chosen.Rating.Rating:0.#} of 100");
        var alike = free.Where(one => free.Max(best => best.Rating.Rating) - one.Rating.Rating <= options.Value.TieWidth).ToList();
        return (chosen.IsFree, othersFailed) switch
        {
            (false, _) => $"None was free, but the session that has this one is leaving; it is {rated}.",
            (_, true) => $"The cameras tried before it failed to open; it is {rated}.",
            _ when free.Count == 1 => $"It is the only free camera that meets the requirements, {rated}.",
            _ when !alike.Contains(chosen) => $"It is {rated}; what is rated better had just been taken.",
            _ when alike.Count > 1 => $"It is {rated}; of the {alike.Count} free cameras rated about alike it has been idle longest.",
            _ => $"It is {rated}, the best of {free.Count} free cameras.",
        };
    }

    private static AcquireOutcome WithReason(AcquireOutcome outcome, List<Candidate> candidates, string reason) =>
        outcome is AcquireOutcome.Granted granted && candidates.FirstOrDefault(one => one.Slot == granted.Lease.Slot) is { } chosen
            ? granted with { Choice = Choice(chosen, candidates, reason) }
            : outcome;

    private static ChosenCamera Choice(Candidate chosen, List<Candidate> candidates, string reason) =>
        new(chosen.Rating.Rating, chosen.Rating.Parts, candidates.Count, reason);

    private static AcquireOutcome Sooner(AcquireOutcome? one, AcquireOutcome other) => (one, other) switch
    {
        (AcquireOutcome.InUse a, AcquireOutcome.InUse b) => a.ExpiresAt <= b.ExpiresAt ? a : b,
        (AcquireOutcome.InUse a, _) => a,
        _ => other,
    };

    private sealed record Candidate(CameraSlot Slot, CameraRating Rating, bool IsFree);
}
