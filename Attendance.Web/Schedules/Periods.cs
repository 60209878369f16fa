using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Schedules;

/// <summary>Closes days, so that their check-ins and sessions are not changed any more.</summary>
internal sealed class Periods(AttendanceDb db, AuditLog audit, TimeProvider clock)
{
    public Task<bool> IsClosedAsync(DateOnly day, CancellationToken cancellationToken) =>
        db.ClosedPeriods.AnyAsync(period => period.FirstDay <= day && day <= period.LastDay, cancellationToken);

    public Task<List<ClosedPeriod>> ListAsync(CancellationToken cancellationToken) =>
        db.ClosedPeriods.AsNoTracking().OrderByDescending(period => period.FirstDay).ThenByDescending(period => period.Id).ToListAsync(cancellationToken);

    public async Task CloseAsync(DateOnly first, DateOnly last, string reason, string accountId, CancellationToken cancellationToken)
    {
        var period = new ClosedPeriod { FirstDay = first, LastDay = last, ClosedAt = clock.GetUtcNow().UtcDateTime, ClosedBy = accountId };
        db.ClosedPeriods.Add(period);
        audit.Add(accountId, new("period.closed", period.Id, Reason: reason, Detail: $"{first:yyyy-MM-dd} to {last:yyyy-MM-dd}"));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Opens a period again. It is safe to repeat.</summary>
    public async Task OpenAsync(Guid id, string reason, string accountId, CancellationToken cancellationToken)
    {
        if (await db.ClosedPeriods.SingleOrDefaultAsync(period => period.Id == id, cancellationToken) is { } closed)
        {
            db.ClosedPeriods.Remove(closed);
            audit.Add(accountId, new("period.opened", id, Reason: reason, Detail: $"{closed.FirstDay:yyyy-MM-dd} to {closed.LastDay:yyyy-MM-dd}"));
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}
