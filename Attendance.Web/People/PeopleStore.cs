using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Faces.Templates;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.People;

internal enum SaveOutcome
{
    Saved,

    /// <summary>Another person has this number.</summary>
    NumberTaken,

    /// <summary>
    /// The number looks like that of another person, or mixes letters that look alike. The operator must check it.
    /// </summary>
    NumberMisleading,

    /// <summary>Somebody else has changed or deleted the person in the meantime.</summary>
    Changed,
}

/// <summary>One page of a search.</summary>
/// <param name="Page">The page number, from 1. Never more than <paramref name="Pages"/>.</param>
internal sealed record PeoplePage(IReadOnlyList<PersonRow> People, int Page, int Pages, int Total);

internal sealed record PersonRow(Guid Id, string FullName, string Number, string? Group, bool HasConsent, int Shots, bool MustRenew = false)
{
    public bool IsEnrolled => Shots == Poses.All.Count;
}

/// <summary>Stores people. A deletion removes the rows, the pictures and what the database files still contain of them.</summary>
internal sealed partial class PeopleStore(
    AttendanceDb db, AuditLog audit, ConsentRules rules, GuardianSeal guardians, TemplateCache templates, TimeProvider clock, ILogger<PeopleStore> logger)
{
    public const int PageSize = 20;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <param name="wanted">Words that must all occur in the name, the number or the group, and what else is wanted.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    public async Task<PeoplePage> SearchAsync(PeopleSearch wanted, CancellationToken cancellationToken)
    {
        var (words, group, page, toRenew) = wanted;
        var found = toRenew ? rules.ToRenew() : db.People;
        foreach (var word in Writing.Fold(words ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            found = found.Where(person => person.SortKey.Contains(word));
        }

        if (!string.IsNullOrEmpty(group))
        {
            found = found.Where(person => person.Group == group);
        }

        page = Math.Clamp(page, 1, int.MaxValue / PageSize);
        var rows = await PageAsync(found, page, cancellationToken);
        var isLast = rows.Count < PageSize && (rows.Count > 0 || page == 1); // then nobody needs to be counted
        var total = isLast ? ((page - 1) * PageSize) + rows.Count : await found.CountAsync(cancellationToken);
        var pages = Math.Max(1, (total + PageSize - 1) / PageSize);
        if (page > pages)
        {
            page = pages;
            rows = await PageAsync(found, page, cancellationToken);
        }

        var renewing = await rules.MustRenewAsync([.. rows.Select(row => row.Id)], cancellationToken);
        return new PeoplePage([.. rows.Select(row => row with { MustRenew = renewing.Contains(row.Id) })], page, pages, total);
    }

    /// <summary>Returns every group that somebody is in, in order. It takes one step in the index for each group: DISTINCT would read everybody.</summary>
    public Task<List<string>> GroupsAsync(CancellationToken cancellationToken) => db.Database.SqlQueryRaw<string>(
        """
        WITH RECURSIVE each_group (name) AS (
            SELECT MIN("Group") FROM people
            UNION ALL
            SELECT (SELECT MIN("Group") FROM people WHERE "Group" > each_group.name) FROM each_group WHERE each_group.name IS NOT NULL)
        SELECT name AS "Value" FROM each_group WHERE name IS NOT NULL ORDER BY name
        """).ToListAsync(cancellationToken);

    /// <summary>Finds a person with the data of the pictures, but without the pictures themselves.</summary>
    public Task<Person?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        db.People.Include(person => person.Shots).SingleOrDefaultAsync(person => person.Id == id, cancellationToken);

    /// <summary>Returns these people, in this order. Who was deleted meanwhile is left out.</summary>
    public async Task<IReadOnlyList<PersonRow>> RowsAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        var rows = await Rows(db.People.Where(person => ids.Contains(person.Id))).ToListAsync(cancellationToken);
        return [.. rows.OrderBy(row => Array.IndexOf(ids, row.Id))];
    }

    public Task<bool> ExistsAsync(Guid id, CancellationToken cancellationToken) =>
        db.People.AnyAsync(person => person.Id == id, cancellationToken);

    public Task<int> UndeliverableContactsAsync(Guid id, CancellationToken cancellationToken) =>
        db.Contacts.CountAsync(contact => contact.PersonId == id && contact.UndeliverableAt != null, cancellationToken);

    public Task<string?> ConsentTextAsync(Consent consent, CancellationToken cancellationToken) =>
        db.ConsentTexts.Where(text => text.Version == consent.Version).Select(text => text.Text).SingleOrDefaultAsync(cancellationToken);

    public async Task<(SaveOutcome Outcome, Person? Person)> AddAsync(
        PersonForm form, Func<DateTime, Consent?> consent, string accountId, CancellationToken cancellationToken)
    {
        var now = Now;
        var person = new Person { CreatedAt = now };
        if (consent(now) is { } given)
        {
            person.Agree(given);
        }

        form.WriteTo(person, now);
        db.People.Add(person);
        var outcome = await SaveNumberedAsync(person, form.KeepNumber, cancellationToken);
        if (outcome != SaveOutcome.Saved)
        {
            return (outcome, null);
        }

        LogAdded(person.Id, accountId);
        return (outcome, person);
    }

    public async Task<SaveOutcome> ChangeAsync(Person person, PersonForm form, string accountId, CancellationToken cancellationToken)
    {
        db.Entry(person).Property(each => each.Stamp).OriginalValue = form.Stamp;
        var former = person.NumberKey;
        form.WriteTo(person, Now);
        var outcome = await SaveNumberedAsync(person, form.KeepNumber || former == person.NumberKey, cancellationToken);
        if (outcome == SaveOutcome.Saved)
        {
            LogChanged(person.Id, accountId);
            await db.ForgetDeletedAsync(logger); // the former name
        }

        return outcome;
    }

    /// <param name="guardian">The name of the guardian who consents for a minor, if it is to be noted. Nobody else's consent has one.</param>
    public async Task<SaveOutcome> ConsentAsync(Person person, string version, string? guardian, string accountId, CancellationToken cancellationToken)
    {
        var former = person.Consent?.GuardianName;
        var isMinor = person.NeedsGuardian(Now);
        person.Agree(new Consent(Now, version, accountId)
        {
            Giver = isMinor ? ConsentGiver.Guardian : ConsentGiver.Person,
            GuardianName = isMinor && !string.IsNullOrWhiteSpace(guardian) ? guardians.Seal(person.Id, Writing.Tidy(guardian)) : null,
        });
        if (isMinor)
        {
            person.Touch(Now);
        }
        else
        {
            person.NeedGuardian(null, Now); // the day is not needed any more
        }

        audit.Add(accountId, new("consent.given", person.Id, person.Id, Detail: $"version {version}, by {(isMinor ? "a guardian" : "the person")}"));
        var outcome = await SaveAsync(cancellationToken);
        if (outcome == SaveOutcome.Saved)
        {
            LogConsented(person.Id, version, accountId);
            if (former is not null)
            {
                await db.ForgetDeletedAsync(logger);
            }
        }

        return outcome;
    }

    /// <summary>Notes until which day a guardian consents for the person.</summary>
    /// <param name="until">The day on which they come of age. Null if they need no guardian; then somebody for whom one has consented is asked again.</param>
    public async Task<SaveOutcome> NeedGuardianAsync(Person person, DateOnly? until, string accountId, CancellationToken cancellationToken)
    {
        until ??= person.Consent?.Giver == ConsentGiver.Guardian ? DateOnly.FromDateTime(Now) : null;
        person.NeedGuardian(until, Now);
        audit.Add(accountId, new("guardian.changed", person.Id, person.Id, Detail: until is { } day ? $"until {day:yyyy-MM-dd}" : "none is needed"));
        return await SaveAsync(cancellationToken);
    }

    /// <summary>Deletes the consent and every picture of the person. The database deletes the templates with the pictures.</summary>
    public async Task<SaveOutcome> WithdrawConsentAsync(Person person, string accountId, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        person.WithdrawConsent(Now);
        person.Touch(Now);
        audit.Add(accountId, new("consent.withdrawn", person.Id, person.Id));
        var outcome = await SaveAsync(cancellationToken);
        if (outcome != SaveOutcome.Saved)
        {
            return outcome;
        }

        // After the person's row is locked, so that pictures that were stored in the meantime are deleted too.
        await db.Shots.Where(shot => shot.PersonId == person.Id).ExecuteDeleteAsync(cancellationToken);
        await db.ImportItems.Where(item => item.PersonId == person.Id && item.SealedPicture != null).ExecuteDeleteAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        templates.Forget(person.Id);
        LogWithdrawn(person.Id, accountId);
        await db.ForgetDeletedAsync(logger);
        return outcome;
    }

    /// <inheritdoc cref="DeleteAsync(Guid, string, AuditRecord?, CancellationToken)"/>
    public Task<bool> DeleteAsync(Guid id, string accountId, CancellationToken cancellationToken) => DeleteAsync(id, accountId, because: null, cancellationToken);

    /// <summary>Deletes a person. It is safe to repeat.</summary>
    /// <param name="id">Whom.</param>
    /// <param name="accountId">Who does it.</param>
    /// <param name="because">What the audit keeps of it, without the person, or null for nothing.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    /// <returns><see langword="false"/> if the person is held, and so was not deleted.</returns>
    public async Task<bool> DeleteAsync(Guid id, string accountId, AuditRecord? because, CancellationToken cancellationToken)
    {
        bool isDeleted;
        await using (var change = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            isDeleted = await db.People.Where(person => person.Id == id && !db.PersonHolds.Any(hold => hold.PersonId == id)).ExecuteDeleteAsync(cancellationToken) > 0;
            if (isDeleted)
            {
                db.Deletions.Add(new Deletion { Id = id, Kind = DeletedKind.Person, At = Now });
                if (because is not null)
                {
                    audit.Add(accountId, because);
                }

                await db.SaveChangesAsync(cancellationToken);
            }

            await change.CommitAsync(cancellationToken);
        }

        if (isDeleted) // pictures and templates are deleted by cascade
        {
            templates.Forget(id);
            LogDeleted(id, accountId);
        }

        await db.ForgetDeletedAsync(logger);
        return isDeleted || !await db.PersonHolds.AnyAsync(hold => hold.PersonId == id, cancellationToken);
    }

    /// <summary>The ids are found first, because an index has all that this takes: those who are skipped are not read.</summary>
    private Task<List<PersonRow>> PageAsync(IQueryable<Person> found, int page, CancellationToken cancellationToken)
    {
        var ids = found.OrderBy(person => person.SortKey).ThenBy(person => person.Id).Select(person => person.Id).Skip((page - 1) * PageSize).Take(PageSize);
        return Rows(db.People.Where(person => ids.Contains(person.Id)).OrderBy(person => person.SortKey).ThenBy(person => person.Id)).ToListAsync(cancellationToken);
    }

    private static IQueryable<PersonRow> Rows(IQueryable<Person> people) => people.Select(person =>
        new PersonRow(person.Id, person.FullName, person.Number, person.Group, person.Consent != null, person.Shots.Count));

    /// <summary>Saves a person whose number may be new. Checks the number first, because a failed write is logged as an error.</summary>
    /// <param name="person">The person to save.</param>
    /// <param name="keepNumber">Whether the operator has checked the number again, or has not changed it.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    private async Task<SaveOutcome> SaveNumberedAsync(Person person, bool keepNumber, CancellationToken cancellationToken)
    {
        var judged = await NumberRule.JudgeAsync(person.Number, person.NumberKey, keepNumber, IsOfAnotherAsync);
        return judged == SaveOutcome.Saved ? await SaveAsync(cancellationToken) : judged;

        async ValueTask<bool> IsOfAnotherAsync(string key) => await db.People.AnyAsync(other => other.NumberKey == key && other.Id != person.Id, cancellationToken);
    }

    private async Task<SaveOutcome> SaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return SaveOutcome.Saved;
        }
        catch (DbUpdateConcurrencyException)
        {
            return SaveOutcome.Changed;
        }
        catch (DbUpdateException exception) when (db.IsDuplicate(exception))
        {
            return SaveOutcome.NumberTaken; // another request was faster
        }
    }

    [LoggerMessage(LogLevel.Information, "Person {PersonId} added by account {AccountId}")]
    private partial void LogAdded(Guid personId, string accountId);

    [LoggerMessage(LogLevel.Information, "Person {PersonId} changed by account {AccountId}")]
    private partial void LogChanged(Guid personId, string accountId);

    [LoggerMessage(LogLevel.Information, "Person {PersonId} consented to version {Version}, recorded by account {AccountId}")]
    private partial void LogConsented(Guid personId, string version, string accountId);

    [LoggerMessage(LogLevel.Information, "Person {PersonId} withdrew consent, all pictures deleted, recorded by account {AccountId}")]
    private partial void LogWithdrawn(Guid personId, string accountId);

    [LoggerMessage(LogLevel.Information, "Person {PersonId} deleted with every picture by account {AccountId}")]
    private partial void LogDeleted(Guid personId, string accountId);
}
