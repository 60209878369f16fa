using Attendance.Web.Audit;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Privacy;

internal enum AnswerOutcome
{
    Done,

    /// <summary>There is no such request, or it was answered or taken back.</summary>
    Unknown,

    /// <summary>The person is held, so they were not deleted.</summary>
    Held,
}

/// <summary>A request that waits for an answer.</summary>
internal sealed record OpenRequest(Guid Id, Guid PersonId, string FullName, string Number, DateTime AskedAt, DateTime DueAt, bool IsHeld);

/// <summary>How many requests wait for an answer, and how many of these have waited too long.</summary>
internal sealed record OpenRequests(int Open, int Overdue);

/// <summary>Keeps what people ask for behind their link: to be deleted. An administrator does so, or refuses with a reason.</summary>
internal sealed class DeletionRequests(AttendanceDb db, AuditLog audit, PeopleStore people, IOptions<PrivacyOptions> options, TimeProvider clock)
{
    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Lists the requests of a person, the newest first.</summary>
    public Task<List<PrivacyRequest>> OfAsync(Guid personId, CancellationToken cancellationToken) =>
        db.PrivacyRequests.AsNoTracking().Where(request => request.PersonId == personId).OrderByDescending(request => request.AskedAt).ToListAsync(cancellationToken);

    /// <summary>Lists the requests that wait, those first that are due first.</summary>
    public Task<List<OpenRequest>> ListAsync(CancellationToken cancellationToken) => (
        from request in db.PrivacyRequests
        where request.RefusedAt == null
        join person in db.People on request.PersonId equals person.Id
        orderby request.DueAt, request.Id
        select new OpenRequest(request.Id, person.Id, person.FullName, person.Number, request.AskedAt, request.DueAt, db.PersonHolds.Any(hold => hold.PersonId == person.Id)))
        .ToListAsync(cancellationToken);

    public async Task<OpenRequests> CountAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        var open = db.PrivacyRequests.Where(request => request.RefusedAt == null);
        return new(await open.CountAsync(cancellationToken), await open.CountAsync(request => request.DueAt < now, cancellationToken));
    }

    /// <summary>Asks for deletion. A person asks once at a time.</summary>
    public async Task AskAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.LockPersonAsync(personId, seenAt: null, cancellationToken)
            && !await db.PrivacyRequests.AnyAsync(request => request.PersonId == personId && request.RefusedAt == null, cancellationToken))
        {
            var now = Now;
            db.PrivacyRequests.Add(new PrivacyRequest { PersonId = personId, AskedAt = now, DueAt = now + options.Value.AnswerWithin });
            audit.Add(AuditLog.ByPerson, new("deletion.requested", personId, personId));
            await db.SaveChangesAsync(cancellationToken);
        }

        await change.CommitAsync(cancellationToken);
    }

    /// <summary>Takes a request back that was not answered yet.</summary>
    public Task TakeBackAsync(Guid personId, CancellationToken cancellationToken) =>
        audit.DeleteAsync(db.PrivacyRequests.Where(request => request.PersonId == personId && request.RefusedAt == null), AuditLog.ByPerson, new("deletion.taken_back", personId, personId), cancellationToken);

    /// <summary>Deletes the person who asked for it. The audit keeps that it was done, and of whom nothing.</summary>
    public async Task<AnswerOutcome> CarryOutAsync(Guid id, string accountId, CancellationToken cancellationToken) =>
        await PersonOfAsync(id, cancellationToken) is not { } person ? AnswerOutcome.Unknown
        : await people.DeleteAsync(person, accountId, new AuditRecord("deletion.done", id), cancellationToken) ? AnswerOutcome.Done
        : AnswerOutcome.Held;

    public async Task<AnswerOutcome> RefuseAsync(Guid id, string reason, string accountId, CancellationToken cancellationToken)
    {
        var now = Now;
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await PersonOfAsync(id, cancellationToken) is not { } person
            || await db.PrivacyRequests.Where(request => request.Id == id && request.RefusedAt == null).ExecuteUpdateAsync(
                request => request.SetProperty(each => each.RefusedAt, now).SetProperty(each => each.RefusedBy, accountId).SetProperty(each => each.Reason, reason),
                cancellationToken) == 0)
        {
            return AnswerOutcome.Unknown;
        }

        audit.Add(accountId, new("deletion.refused", person, person, reason));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        return AnswerOutcome.Done;
    }

    private Task<Guid?> PersonOfAsync(Guid id, CancellationToken cancellationToken) =>
        db.PrivacyRequests.Where(request => request.Id == id && request.RefusedAt == null).Select(request => (Guid?)request.PersonId).SingleOrDefaultAsync(cancellationToken);
}
