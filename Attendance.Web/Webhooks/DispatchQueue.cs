using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Webhooks;

/// <summary>A delivery that this process may try now, and nobody else until the claim is over.</summary>
internal sealed record ClaimedDispatch(Guid Id, Guid MessageId, string Type, DateTime At, string Payload, DateTime Since, int Attempts, WebhookTarget Target);

/// <summary>What becomes of an attempt that failed.</summary>
internal sealed record FailedDispatch(bool IsDead, bool IsTargetGivenUp);

/// <summary>Claims deliveries that are due, and records what became of them. Several processes share the queue.</summary>
internal sealed class DispatchQueue(AttendanceDb db, IOptions<DispatchOptions> options, TimeProvider clock)
{
    private const int LookedAt = 8;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Lists the receivers for which something is due.</summary>
    public Task<List<Guid>> DueTargetsAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        return Due(now).Select(dispatch => dispatch.TargetId).Distinct().ToListAsync(cancellationToken);
    }

    /// <summary>Claims what has been due for longest for a receiver. The claim is over by itself after twice the time that a receiver may take.</summary>
    /// <returns>Null if nothing is due.</returns>
    public async Task<ClaimedDispatch?> ClaimAsync(Guid targetId, CancellationToken cancellationToken)
    {
        for (; ; )
        {
            var now = Now;
            var due = await Due(now).Where(dispatch => dispatch.TargetId == targetId).OrderBy(dispatch => dispatch.DueAt).ThenBy(dispatch => dispatch.Id)
                .Select(dispatch => new { dispatch.Id, dispatch.DueAt }).Take(LookedAt).ToListAsync(cancellationToken);
            if (due.Count == 0)
            {
                return null;
            }

            var until = now + (2 * options.Value.Timeout);
            foreach (var each in due)
            {
                if (await db.WebhookDispatches.Where(dispatch => dispatch.Id == each.Id && dispatch.State == DispatchState.Pending && dispatch.DueAt == each.DueAt)
                        .ExecuteUpdateAsync(dispatch => dispatch.SetProperty(one => one.DueAt, until), cancellationToken) == 1
                    && await ReadAsync(each.Id, cancellationToken) is { } claimed)
                {
                    return claimed;
                }
            }
        }
    }

    public async Task DeliveredAsync(ClaimedDispatch claimed, CancellationToken cancellationToken)
    {
        var now = Now;
        await db.WebhookDispatches.Where(dispatch => dispatch.Id == claimed.Id).ExecuteUpdateAsync(
            dispatch => dispatch.SetProperty(one => one.State, DispatchState.Delivered).SetProperty(one => one.TriedAt, now)
                .SetProperty(one => one.Attempts, claimed.Attempts + 1).SetProperty(one => one.Error, (string?)null),
            cancellationToken);
        await db.WebhookTargets.Where(target => target.Id == claimed.Target.Id && target.FailingSince != null)
            .ExecuteUpdateAsync(target => target.SetProperty(one => one.FailingSince, (DateTime?)null), cancellationToken);
    }

    /// <param name="error">Why, in words without the address.</param>
    /// <param name="isGone">Whether the receiver has said that it wants to be told nothing more.</param>
    public async Task<FailedDispatch> FailedAsync(ClaimedDispatch claimed, string error, bool isGone, CancellationToken cancellationToken)
    {
        var now = Now;
        var next = isGone ? null : RetryPlan.Next(options.Value, claimed.Attempts + 1, claimed.Since, now, Random.Shared.NextDouble());
        await db.WebhookDispatches.Where(dispatch => dispatch.Id == claimed.Id && dispatch.State == DispatchState.Pending).ExecuteUpdateAsync(
            dispatch => dispatch.SetProperty(one => one.State, next == null ? DispatchState.Dead : DispatchState.Pending).SetProperty(one => one.DueAt, next ?? now)
                .SetProperty(one => one.TriedAt, now).SetProperty(one => one.Attempts, claimed.Attempts + 1).SetProperty(one => one.Error, error),
            cancellationToken);
        await db.WebhookTargets.Where(target => target.Id == claimed.Target.Id && target.FailingSince == null)
            .ExecuteUpdateAsync(target => target.SetProperty(one => one.FailingSince, now), cancellationToken);
        var tooLong = now - options.Value.DisableAfter;
        var isGivenUp = await db.WebhookTargets.Where(target => target.Id == claimed.Target.Id && target.IsOn && (isGone || target.FailingSince < tooLong))
            .ExecuteUpdateAsync(target => target.SetProperty(one => one.IsOn, false).SetProperty(one => one.IsGivenUp, true), cancellationToken) == 1;
        return new(next is null, isGivenUp);
    }

    /// <summary>Deletes what has been kept long enough. What waits for a receiver that is off becomes a dead letter when its time is up.</summary>
    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        var (old, oldDead, late) = (now - options.Value.KeptFor, now - options.Value.DeadKeptFor, now - options.Value.GiveUpAfter);
        await db.WebhookDispatches
            .Where(dispatch => dispatch.State == DispatchState.Pending && dispatch.Since < late && db.WebhookTargets.Any(target => target.Id == dispatch.TargetId && !target.IsOn))
            .ExecuteUpdateAsync(dispatch => dispatch.SetProperty(one => one.State, DispatchState.Dead).SetProperty(one => one.Error, DispatchErrors.Off), cancellationToken);
        await db.WebhookDispatches
            .Where(dispatch => (dispatch.State == DispatchState.Delivered && dispatch.Since < old) || (dispatch.State == DispatchState.Dead && dispatch.Since < oldDead))
            .ExecuteDeleteAsync(cancellationToken);
        await db.WebhookMessages.Where(message => message.At < old && !message.Dispatches.Any()).ExecuteDeleteAsync(cancellationToken);
        await db.WebhookTargets.Where(target => target.FormerUntil < now)
            .ExecuteUpdateAsync(target => target.SetProperty(one => one.SealedFormer, (byte[]?)null).SetProperty(one => one.FormerUntil, (DateTime?)null), cancellationToken);
    }

    private IQueryable<WebhookDispatch> Due(DateTime now) => db.WebhookDispatches
        .Where(dispatch => dispatch.State == DispatchState.Pending && dispatch.DueAt <= now && db.WebhookTargets.Any(target => target.Id == dispatch.TargetId && target.IsOn));

    private Task<ClaimedDispatch?> ReadAsync(Guid id, CancellationToken cancellationToken) => (
        from dispatch in db.WebhookDispatches.AsNoTracking()
        where dispatch.Id == id
        join message in db.WebhookMessages on dispatch.MessageId equals message.Id
        join target in db.WebhookTargets on dispatch.TargetId equals target.Id
        select new ClaimedDispatch(dispatch.Id, message.Id, message.Type, message.At, message.Payload, dispatch.Since, dispatch.Attempts, target))
        .SingleOrDefaultAsync(cancellationToken);
}
