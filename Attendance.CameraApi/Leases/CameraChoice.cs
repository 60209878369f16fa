using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>What a session that does not care which camera it gets, does care about. All that is named must be met.</summary>
internal sealed record CameraRequirements(int? MinWidth = null, int? MinHeight = null, double? MinFrameRate = null, string? Node = null, string? Tag = null);

/// <summary>Finds a camera for a session that named none: the one that has been idle longest.</summary>
internal sealed class CameraChoice(CameraCatalog catalog, CameraSlots slots, CameraLeases leases, Microsoft.Extensions.Options.IOptions<NodeOptions> node)
{
    public const string Auto = "auto";

    /// <returns>Null when no camera meets the requirements, in use or not.</returns>
    /// <exception cref="CameraUnavailableException">None of those that are free opens.</exception>
    public async Task<AcquireOutcome?> AcquireAsync(
        CameraRequirements requirements, LeaseWish wish, CancellationToken cancellationToken)
    {
        var candidates = Candidates(requirements);
        if (candidates.FirstOrDefault(slot => slot.Lease is { End: null } lease && lease.SessionHash == wish.SessionHash) is { } own)
        {
            return await leases.AcquireAsync(own, wish, cancellationToken);
        }

        AcquireOutcome? refused = null;
        CameraUnavailableException? unavailable = null;
        foreach (var slot in candidates)
        {
            try
            {
                var outcome = await leases.AcquireAsync(slot, wish with { Wait = default, Takeover = false }, cancellationToken);
                if (outcome is AcquireOutcome.Granted or AcquireOutcome.Ended or AcquireOutcome.ShuttingDown)
                {
                    return outcome;
                }

                refused = Sooner(refused, outcome);
            }
            catch (CameraUnavailableException exception)
            {
                unavailable = exception;
            }
        }

        if (refused is AcquireOutcome.InUse && (wish.Wait > TimeSpan.Zero || wish.Takeover))
        {
            var soonest = candidates.Where(slot => slot.Lease is not null).MinBy(slot => slot.Lease?.ExpiresAt) ?? candidates[0];
            return await leases.AcquireAsync(soonest, wish, cancellationToken);
        }

        return refused ?? (unavailable is null ? null : throw unavailable);
    }

    /// <summary>Free cameras for a lease whose own was lost: those most like it first, and of these the one idle longest.</summary>
    public IReadOnlyList<CameraSlot> NextBest(CameraRequirements requirements, Camera lost) =>
    [
        .. Candidates(requirements)
            .Where(slot => slot is { Lease: null, Quarantine: null } && slot.Camera.Id != lost.Id)
            .OrderByDescending(slot => slot.Camera.Tags.Intersect(lost.Tags).Count())
            .ThenByDescending(slot => (slot.Camera.Width, slot.Camera.Height) == (lost.Width, lost.Height)),
    ];

    private List<CameraSlot> Candidates(CameraRequirements requirements) =>
    [
        .. catalog.List()
            .Where(entry => entry.IsPresent && Meets(entry.Camera, requirements))
            .Select(entry => slots.TryGet(entry.Camera.Id, out var slot) ? slot : null)
            .OfType<CameraSlot>()
            .OrderBy(slot => slot.Lease is not null) // who said goodbye and may come back is not sent away while another camera is free
            .ThenBy(slot => slot.LeftAt),
    ];

    private bool Meets(Camera camera, CameraRequirements requirements) =>
        (Meets(camera.Width, camera.Height, camera.FrameRate, requirements)
            || camera.Formats.SelectMany(format => format.Sizes).Any(size =>
                Meets(size.Width, size.Height, size.FrameRates.Count > 0 ? size.FrameRates[0] : null, requirements)))
        && (requirements.Node is null || requirements.Node == node.Value.Name)
        && (requirements.Tag is null || camera.Tags.Contains(requirements.Tag));

    private static bool Meets(int? width, int? height, double? frameRate, CameraRequirements requirements) =>
        Reaches(width, requirements.MinWidth) && Reaches(height, requirements.MinHeight) && Reaches(frameRate, requirements.MinFrameRate);

    /// <summary>What is not known of a camera does not speak for it.</summary>
    private static bool Reaches<T>(T? offered, T? wanted) where T : struct, IComparable<T> =>
        wanted is not { } least || (offered is { } has && has.CompareTo(least) >= 0);

    private static AcquireOutcome Sooner(AcquireOutcome? one, AcquireOutcome other) => (one, other) switch
    {
        (AcquireOutcome.InUse a, AcquireOutcome.InUse b) => a.ExpiresAt <= b.ExpiresAt ? a : b,
        (AcquireOutcome.InUse a, _) => a,
        _ => other,
    };
}
