using Attendance.ServiceDefaults.Webhooks;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Webhooks;

/// <summary>A delivery as the page lists it.</summary>
internal sealed record DispatchRow(Guid Id, string Type, DateTime At, DispatchState State, int Attempts, DateTime? TriedAt, DateTime DueAt, string? Error);

internal sealed record TargetRow(WebhookTarget Target, int Waiting, int Dead, IReadOnlyList<DispatchRow> Last);

/// <summary>Keeps the receivers that administrators enter. A secret is returned once, when it is made.</summary>
internal sealed partial class WebhookStore(
    AttendanceDb db, AuditLog audit, WebhookSeal seal, WebhookOutbox outbox, IOptions<DispatchOptions> options, TimeProvider clock, ILogger<WebhookStore> logger)
{
    /// <summary>How many receivers there may be, and how many deliveries of each are listed.</summary>
    public const int Most = 20, MostListed = 20;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task<IReadOnlyList<TargetRow>> ListAsync(CancellationToken cancellationToken)
    {
        var targets = await db.WebhookTargets.AsNoTracking().OrderBy(target => target.Name).ThenBy(target => target.Id).ToListAsync(cancellationToken);
        var counts = await db.WebhookDispatches.Where(dispatch => dispatch.State != DispatchState.Delivered)
            .GroupBy(dispatch => new { dispatch.TargetId, dispatch.State }).Select(group => new { group.Key.TargetId, group.Key.State, Count = group.Count() })
            .ToListAsync(cancellationToken);
        var last = await db.WebhookTargets.Select(target => new
        {
            target.Id,
            Rows = (
                from dispatch in db.WebhookDispatches
                where dispatch.TargetId == target.Id
                join message in db.WebhookMessages on dispatch.MessageId equals message.Id
                orderby message.At descending, message.Id descending
                select new DispatchRow(dispatch.Id, message.Type, message.At, dispatch.State, dispatch.Attempts, dispatch.TriedAt, dispatch.DueAt, dispatch.Error))
                .Take(MostListed).ToList(),
        }).ToDictionaryAsync(each => each.Id, each => each.Rows, cancellationToken);
        return
        [
            .. targets.Select(target => new TargetRow(
                target, CountOf(target.Id, DispatchState.Pending), CountOf(target.Id, DispatchState.Dead), last.GetValueOrDefault(target.Id, []))),
        ];

        int CountOf(Guid targetId, DispatchState state) => counts.SingleOrDefault(each => each.TargetId == targetId && each.State == state)?.Count ?? 0;
    }

    /// <returns>The receiver and its secret, or null if there are as many as there may be.</returns>
    public async Task<(WebhookTarget Target, string Secret)?> AddAsync(WebhookForm form, string accountId, CancellationToken cancellationToken)
    {
        if (await db.WebhookTargets.CountAsync(cancellationToken) >= Most)
        {
            return null;
        }

        var (id, secret, address) = (Guid.CreateVersion7(), WebhookSignature.NewKey(), form.Address!.Trim());
        var target = new WebhookTarget
        {
            Id = id, Name = Writing.Tidy(form.Name!), Host = new Uri(address).GetLeftPart(UriPartial.Scheme) + new Uri(address).Authority, SealedAddress = seal.Seal(id, address),
            SealedSecret = seal.Seal(id, secret), Events = WebhookEvents.Join(form.Chosen), CreatedAt = Now, CreatedBy = accountId,
        };
        db.WebhookTargets.Add(target);
        audit.Add(accountId, new("webhook.added", id, Detail: $"{target.Host}: {target.Events}"));
        await db.SaveChangesAsync(cancellationToken);
        LogChanged(id, "added", accountId);
        return (target, secret);
    }

    /// <summary>Gives a receiver another secret. The former one signs as well for a while.</summary>
    /// <returns>The secret, or null if there is no such receiver.</returns>
    public async Task<(WebhookTarget Target, string Secret)?> RotateAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        var secret = WebhookSignature.NewKey();
        var target = await ChangeAsync(id, "webhook.secret_replaced", accountId, each =>
        {
            (each.SealedFormer, each.FormerUntil) = (each.SealedSecret, Now + options.Value.FormerSecretLasts);
            each.SealedSecret = seal.Seal(id, secret);
        }, cancellationToken);
        return target is null ? null : (target, secret);
    }

    public Task SwitchAsync(Guid id, bool isOn, string accountId, CancellationToken cancellationToken) =>
        ChangeAsync(id, isOn ? "webhook.switched_on" : "webhook.switched_off", accountId, target =>
        {
            target.IsOn = isOn;
            if (isOn)
            {
                (target.IsGivenUp, target.FailingSince) = (false, null);
            }
        }, cancellationToken);

    /// <summary>Deletes a receiver and everything on its way to it. It is safe to repeat.</summary>
    public async Task RemoveAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        if (await db.WebhookTargets.SingleOrDefaultAsync(target => target.Id == id, cancellationToken) is { } target)
        {
            db.WebhookTargets.Remove(target);
            audit.Add(accountId, new("webhook.removed", id, Detail: target.Host));
            await db.SaveChangesAsync(cancellationToken);
            LogChanged(id, "removed", accountId);
        }
    }

    /// <returns><see langword="false"/> if there is no such receiver, or it is off.</returns>
    public async Task<bool> TestAsync(Guid id, CancellationToken cancellationToken)
    {
        if (!await db.WebhookTargets.AnyAsync(target => target.Id == id && target.IsOn, cancellationToken))
        {
            return false;
        }

        outbox.AddTest(id);
        await db.SaveChangesAsync(cancellationToken);
        outbox.Committed();
        return true;
    }

    /// <summary>Sends all dead letters of a receiver again, under their former ids.</summary>
    /// <returns>How many.</returns>
    public async Task<int> ResendAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        var now = Now;
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        var count = await db.WebhookDispatches.Where(dispatch => dispatch.TargetId == id && dispatch.State == DispatchState.Dead).ExecuteUpdateAsync(
            dispatch => dispatch.SetProperty(each => each.State, DispatchState.Pending).SetProperty(each => each.Since, now).SetProperty(each => each.DueAt, now)
                .SetProperty(each => each.Attempts, 0),
            cancellationToken);
        if (count > 0)
        {
            audit.Add(accountId, new("webhook.sent_again", id, Detail: $"{count} dead letters"));
            await db.SaveChangesAsync(cancellationToken);
        }

        await change.CommitAsync(cancellationToken);
        outbox.Committed();
        return count;
    }

    private async Task<WebhookTarget?> ChangeAsync(Guid id, string action, string accountId, Action<WebhookTarget> change, CancellationToken cancellationToken)
    {
        if (await db.WebhookTargets.SingleOrDefaultAsync(target => target.Id == id, cancellationToken) is not { } target)
        {
            return null;
        }

        change(target);
        audit.Add(accountId, new(action, id));
        await db.SaveChangesAsync(cancellationToken);
        outbox.Committed();
        LogChanged(id, action, accountId);
        return target;
    }

    [LoggerMessage(LogLevel.Information, "Webhook {WebhookId}: {Change} by account {AccountId}")]
    private partial void LogChanged(Guid webhookId, string change, string accountId);
}
