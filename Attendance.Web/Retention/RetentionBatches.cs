using Attendance.Web.Data;
using Attendance.Web.Faces.Templates;
using Attendance.Web.People;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Retention;

/// <summary>Finds and deletes what is older than a time. Nothing of people who are held is among it.</summary>
internal sealed class RetentionBatches(AttendanceDb db, ConsentRules consents, TemplateCache templates, TimeProvider clock)
{
    /// <summary>Of how many check-ins a session is taken to have some: so many times fewer sessions go at once.</summary>
    private const int CheckInsOfSession = 20;

    private IQueryable<Guid> HeldPeople => db.PersonHolds.Select(hold => hold.PersonId);

    /// <summary>Counts what would be deleted now.</summary>
    public Task<int> CountAsync(RetentionPurpose purpose, DateTime before, CancellationToken cancellationToken) => purpose switch
    {
        RetentionPurpose.Pictures or RetentionPurpose.UnrenewedConsent => db.Shots
            .CountAsync(shot => People(purpose, before).Where(person => !HeldPeople.Contains(person.Id)).Any(person => person.Id == shot.PersonId), cancellationToken),
        RetentionPurpose.People => People(purpose, before).CountAsync(person => !HeldPeople.Contains(person.Id), cancellationToken),
        RetentionPurpose.CheckIns => db.CheckIns.CountAsync(each => Sessions(before).Any(session => each.Sessions.Any(link => link.SessionId == session.Id)), cancellationToken),
        RetentionPurpose.Audit => Audit(before).CountAsync(cancellationToken),
        RetentionPurpose.Doubts => Doubts(before).CountAsync(cancellationToken),
        RetentionPurpose.PhonePairings => Pairings(before).CountAsync(cancellationToken),
        RetentionPurpose.SignIns => CountSignInsAsync(before, cancellationToken),
        RetentionPurpose.Requests => Requests(before).CountAsync(cancellationToken),
        _ => Links(before).CountAsync(cancellationToken),
    };

    /// <summary>Counts the people, or the check-ins and entries about them, that are as old and are kept because the person is held.</summary>
    public Task<int> CountHeldAsync(RetentionPurpose purpose, DateTime before, CancellationToken cancellationToken) => purpose switch
    {
        RetentionPurpose.Pictures or RetentionPurpose.UnrenewedConsent or RetentionPurpose.People =>
            People(purpose, before).CountAsync(person => HeldPeople.Contains(person.Id), cancellationToken),
        RetentionPurpose.CheckIns => db.CheckIns.CountAsync(each => each.At < before && HeldPeople.Contains(each.PersonId), cancellationToken),
        RetentionPurpose.Audit => db.AuditEntries.CountAsync(entry => entry.At < before && entry.PersonId != null && HeldPeople.Contains(entry.PersonId.Value), cancellationToken),
        _ => Task.FromResult(0),
    };

    /// <summary>Deletes some of it, in the current transaction.</summary>
    /// <returns>How many there were, by what is counted for this purpose, and whether there may be more.</returns>
    public async Task<(int Deleted, bool IsMore)> DeleteAsync(RetentionPurpose purpose, DateTime before, int atMost, CancellationToken cancellationToken)
    {
        switch (purpose)
        {
            case RetentionPurpose.Pictures or RetentionPurpose.UnrenewedConsent or RetentionPurpose.People:
                return await DeleteOfPeopleAsync(purpose, before, atMost, cancellationToken);
            case RetentionPurpose.CheckIns:
                return await DeleteSessionsAsync(before, Math.Max(1, atMost / CheckInsOfSession), cancellationToken);
            case RetentionPurpose.Audit:
                await PermitAsync(RecordGuard.Audit, before, cancellationToken);
                var entries = await Audit(before).OrderBy(entry => entry.Id).Select(entry => entry.Id).Take(atMost).ToListAsync(cancellationToken);
                await db.AuditEntries.Where(entry => entries.Contains(entry.Id)).ExecuteDeleteAsync(cancellationToken);
                await ForbidAsync(cancellationToken);
                return (entries.Count, entries.Count == atMost);
            case RetentionPurpose.Doubts:
                var doubts = await Doubts(before).OrderBy(doubt => doubt.Id).Select(doubt => doubt.Id).Take(atMost).ToListAsync(cancellationToken);
                return (await db.FaceDoubts.Where(doubt => doubts.Contains(doubt.Id)).ExecuteDeleteAsync(cancellationToken), doubts.Count == atMost);
            case RetentionPurpose.PhonePairings:
                var pairings = await Pairings(before).OrderBy(pairing => pairing.Id).Select(pairing => pairing.Id).Take(atMost).ToListAsync(cancellationToken);
                return (await db.PhonePairings.Where(pairing => pairings.Contains(pairing.Id)).ExecuteDeleteAsync(cancellationToken), pairings.Count == atMost);
            case RetentionPurpose.SignIns:
                return await DeleteSignInsAsync(before, atMost, cancellationToken);
            case RetentionPurpose.Requests:
                var requests = await Requests(before).OrderBy(request => request.Id).Select(request => request.Id).Take(atMost).ToListAsync(cancellationToken);
                return (await db.PrivacyRequests.Where(request => requests.Contains(request.Id)).ExecuteDeleteAsync(cancellationToken), requests.Count == atMost);
            default:
                var links = await Links(before).OrderBy(link => link.PersonId).Select(link => link.PersonId).Take(atMost).ToListAsync(cancellationToken);
                return (await Links(before).Where(link => links.Contains(link.PersonId)).ExecuteDeleteAsync(cancellationToken), links.Count == atMost);
        }
    }

    private async Task<int> CountSignInsAsync(DateTime before, CancellationToken cancellationToken) =>
        await SignIns(before).CountAsync(cancellationToken) + await Attempts(before).CountAsync(cancellationToken);

    private async Task<(int Deleted, bool IsMore)> DeleteSignInsAsync(DateTime before, int atMost, CancellationToken cancellationToken)
    {
        var ids = await SignIns(before).OrderBy(session => session.Id).Select(session => session.Id).Take(atMost).ToListAsync(cancellationToken);
        var keys = await Attempts(before).OrderBy(count => count.Key).Select(count => count.Key).Take(atMost).ToListAsync(cancellationToken);
        return (
            await SignIns(before).Where(session => ids.Contains(session.Id)).ExecuteDeleteAsync(cancellationToken)
                + await Attempts(before).Where(count => keys.Contains(count.Key)).ExecuteDeleteAsync(cancellationToken),
            ids.Count == atMost || keys.Count == atMost);
    }

    private async Task<(int Deleted, bool IsMore)> DeleteOfPeopleAsync(RetentionPurpose purpose, DateTime before, int atMost, CancellationToken cancellationToken)
    {
        var due = People(purpose, before).Where(person => !HeldPeople.Contains(person.Id));
        var found = await due.OrderBy(person => person.Id).Select(person => person.Id).Take(atMost).ToListAsync(cancellationToken);

        // Locks their rows, as check-ins, pictures and holds do. Then looks again, because one of these may have come meanwhile.
        await db.People.Where(person => found.Contains(person.Id))
            .ExecuteUpdateAsync(person => person.SetProperty(each => each.ChangedAt, each => each.ChangedAt), cancellationToken);
        var ids = await due.Where(person => found.Contains(person.Id)).Select(person => person.Id).ToListAsync(cancellationToken);
        var deleted = purpose == RetentionPurpose.People
            ? await db.People.Where(person => ids.Contains(person.Id)).ExecuteDeleteAsync(cancellationToken)
            : await db.Shots.Where(shot => ids.Contains(shot.PersonId)).ExecuteDeleteAsync(cancellationToken); // templates are deleted by cascade
        if (purpose == RetentionPurpose.People)
        {
            await RememberAsync(DeletedKind.Person, ids, cancellationToken);
        }

        foreach (var id in ids)
        {
            templates.Forget(id);
        }

        return (deleted, found.Count == atMost && ids.Count > 0); // or it would go round in circles
    }

    /// <summary>Deletes sessions with all of their check-ins: if only these went, everybody would be absent.</summary>
    private async Task<(int Deleted, bool IsMore)> DeleteSessionsAsync(DateTime before, int atMost, CancellationToken cancellationToken)
    {
        await PermitAsync(RecordGuard.CheckIns, before, cancellationToken);
        var sessions = await Sessions(before).OrderBy(session => session.Id).Select(session => session.Id).Take(atMost).ToListAsync(cancellationToken);
        var events = await db.CheckInSessions.Where(link => sessions.Contains(link.SessionId)).Select(link => link.EventId).Distinct().ToListAsync(cancellationToken);
        await db.CheckInSessions.Where(link => sessions.Contains(link.SessionId)).ExecuteDeleteAsync(cancellationToken);
        var deleted = 0;
        foreach (var some in events.Chunk(500)) // a session may have more check-ins than a query has parameters
        {
            deleted += await db.CheckIns.Where(each => some.Contains(each.Id) && each.Sessions.Count == 0).ExecuteDeleteAsync(cancellationToken);
        }

        await db.Sessions.Where(session => sessions.Contains(session.Id)).ExecuteDeleteAsync(cancellationToken);
        await RememberAsync(DeletedKind.Session, sessions, cancellationToken);
        await ForbidAsync(cancellationToken);
        return (deleted, sessions.Count == atMost);
    }

    /// <summary>Remembers what was deleted, for programs that have copies of it.</summary>
    private Task<int> RememberAsync(DeletedKind kind, IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        db.Deletions.AddRange(ids.Select(id => new Deletion { Id = id, Kind = kind, At = now }));
        return db.SaveChangesAsync(cancellationToken);
    }

    private async Task PermitAsync(string purpose, DateTime before, CancellationToken cancellationToken)
    {
        db.RetentionPermits.Add(new RetentionPermit { Purpose = purpose, Before = before });
        await db.SaveChangesAsync(cancellationToken);
    }

    private async Task ForbidAsync(CancellationToken cancellationToken)
    {
        await db.RetentionPermits.ExecuteDeleteAsync(cancellationToken);
        db.ChangeTracker.Clear();
    }

    private IQueryable<Person> People(RetentionPurpose purpose, DateTime before)
    {
        var unseen = db.People.Where(person => (person.LastSeenAt == null || person.LastSeenAt < before) && !person.Shots.Any(shot => shot.TakenAt >= before));
        return purpose switch
        {
            RetentionPurpose.People => unseen.Where(person => person.CreatedAt < before),
            RetentionPurpose.Pictures => unseen.Where(person => person.Shots.Any()),
            _ => consents.LapsedSince(before).Where(person => person.Shots.Any()),
        };
    }

    private IQueryable<Session> Sessions(DateTime before) => db.Sessions.Where(session => session.ClosesAt < before && !db.CheckIns.Any(each =>
        each.Sessions.Any(link => link.SessionId == session.Id) && (each.At >= before || HeldPeople.Contains(each.PersonId))));

    private IQueryable<AuditEntry> Audit(DateTime before) =>
        db.AuditEntries.Where(entry => entry.At < before && (entry.PersonId == null || !HeldPeople.Contains(entry.PersonId.Value)));

    private IQueryable<FaceDoubt> Doubts(DateTime before) => db.FaceDoubts.Where(doubt =>
        doubt.Until < before && !HeldPeople.Contains(doubt.PersonId) && (doubt.OtherId == null || !HeldPeople.Contains(doubt.OtherId.Value)));

    private IQueryable<PhonePairing> Pairings(DateTime before) => db.PhonePairings.Where(pairing => pairing.IsFreed && pairing.EndedAt < before);

    private IQueryable<SignInSession> SignIns(DateTime before) => db.SignInSessions.Where(session => session.SeenAt < before);

    /// <summary>Counts of wrong passwords that nobody has tried to add to for as long.</summary>
    private IQueryable<SignInCount> Attempts(DateTime before) => db.SignInCounts.Where(count =>
        (count.TriedAt == null || count.TriedAt < before) && (count.LockedUntil == null || count.LockedUntil < before));

    private IQueryable<PrivacyRequest> Requests(DateTime before) =>
        db.PrivacyRequests.Where(request => request.RefusedAt < before && !HeldPeople.Contains(request.PersonId));

    private IQueryable<PrivacyLink> Links(DateTime before) => db.PrivacyLinks.Where(link => link.Until < before);
}
