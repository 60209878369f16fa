using System.Text.Json;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Webhooks;

/// <summary>
/// Adds messages to the unit of work of what they tell of, so that there is no message of something that did not happen, and none is missing.
/// </summary>
internal sealed class WebhookOutbox(AttendanceDb db, DispatchSignal signal, TimeProvider clock)
{
    private IReadOnlyList<(Guid Id, IReadOnlyList<string> Events)> _targets = [];

    /// <summary>Reads who wants to be told. Without that nobody is.</summary>
    /// <returns><see langword="false"/> if nobody wants to be told anything, so that there is nothing to compute.</returns>
    public async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        var targets = await db.WebhookTargets.Where(target => target.IsOn).Select(target => new { target.Id, target.Events }).ToListAsync(cancellationToken);
        _targets = [.. targets.Select(target => (target.Id, WebhookEvents.Split(target.Events)))];
        return _targets.Count > 0;
    }

    public bool IsWanted(string type) => _targets.Any(target => target.Events.Contains(type, StringComparer.Ordinal));

    /// <summary>Adds a message that the next <see cref="DbContext.SaveChangesAsync(CancellationToken)"/> stores, for each receiver that wants it.</summary>
    /// <param name="data">Ids and figures. No name and no picture of a person.</param>
    public void Add(string type, Guid? personId, object data) =>
        Add(type, personId, data, [.. _targets.Where(target => target.Events.Contains(type, StringComparer.Ordinal)).Select(target => target.Id)]);

    public void AddTest(Guid targetId) => Add(WebhookEvents.Test, null, new { webhook_id = targetId }, [targetId]);

    /// <summary>Has the messages that were added and committed sent at once. Others find them when they look.</summary>
    public void Committed() => signal.Wake();

    private void Add(string type, Guid? personId, object data, IReadOnlyList<Guid> targets)
    {
        if (targets.Count == 0)
        {
            return;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var message = new WebhookMessage
        {
            Type = type, At = now, PersonId = personId, Payload = JsonSerializer.Serialize(new { Type = type, Timestamp = now, Data = data }, WireJson.Options),
        };
        message.Dispatches.AddRange(targets.Select(target => new WebhookDispatch { MessageId = message.Id, TargetId = target, Since = now, DueAt = now }));
        db.WebhookMessages.Add(message);
    }
}

/// <summary>Wakes the dispatcher of this process.</summary>
internal sealed class DispatchSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes when something is to be sent after this call.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Wake() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
