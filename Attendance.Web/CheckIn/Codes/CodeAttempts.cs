using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.CheckIn.Codes;

/// <summary>What became of a personal code that somebody entered.</summary>
internal abstract record CodeOutcome
{
    public sealed record Right(CodeEvidence Evidence) : CodeOutcome;

    /// <summary>The number or the code is wrong. Which of them is not told.</summary>
    public sealed record Wrong : CodeOutcome;

    /// <summary>The code was not looked at, because too many before it were wrong.</summary>
    /// <param name="IsPlace">Whether the place is locked, and not this person's code alone.</param>
    public sealed record Locked(DateTime Until, bool IsPlace) : CodeOutcome;
}

/// <summary>
/// Checks personal codes. Each attempt is counted before the code is looked at, for the person and for the place, so that attempts at the same
/// time all count. An unknown number takes as long as a known one.
/// </summary>
internal sealed class CodeAttempts(AttendanceDb db, IPasswordHasher<PersonCode> hasher, IOptions<CheckInOptions> options, TimeProvider clock)
{
    private static readonly PersonCode s_nobody = new();
    private static string? s_nobodysHash;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <param name="number">The person's number, however it was typed.</param>
    /// <param name="entered">The code.</param>
    /// <param name="place">The place or kiosk at which it was entered.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    public async Task<CodeOutcome> TryAsync(string? number, string? entered, string place, CancellationToken cancellationToken)
    {
        var placeKey = KeyOfPlace(place);
        if (await CountAsync(placeKey, null, options.Value.WrongCodesAtPlace, cancellationToken) is { } placeLocked)
        {
            return new CodeOutcome.Locked(placeLocked, IsPlace: true);
        }

        var key = Writing.Key((number ?? "").Trim());
        var code = key.Length is > 0 and <= Person.NumberLength
            ? await (from person in db.People where person.NumberKey == key join each in db.PersonCodes on person.Id equals each.PersonId select each)
                .AsNoTracking().SingleOrDefaultAsync(cancellationToken)
            : null;
        if (code?.CodeHash is null)
        {
            PretendToCheck(entered);
            return new CodeOutcome.Wrong();
        }

        var personKey = KeyOf(code.PersonId);
        if (await CountAsync(personKey, code.PersonId, options.Value.WrongCodes, cancellationToken) is { } until)
        {
            PretendToCheck(entered);
            return new CodeOutcome.Locked(until, IsPlace: false);
        }

        if (CodeEvidence.Of(code, (entered ?? "").Trim(), hasher) is not { } evidence)
        {
            return new CodeOutcome.Wrong();
        }

        await db.ClearCountAsync(personKey, cancellationToken);
        await db.CodeCounts.Where(count => count.Key == placeKey && count.Attempts > 0)
            .ExecuteUpdateAsync(count => count.SetProperty(each => each.Attempts, each => each.Attempts - 1), cancellationToken); // it was no wrong one
        return new CodeOutcome.Right(evidence);
    }

    /// <summary>Returns until when a person's code is locked, or null if it is not.</summary>
    public Task<DateTime?> LockedUntilAsync(Guid personId, CancellationToken cancellationToken)
    {
        var (key, now) = (KeyOf(personId), Now);
        return db.CodeCounts.Where(count => count.Key == key && count.LockedUntil > now).Select(count => count.LockedUntil).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Counts an attempt.</summary>
    /// <returns>Until when no attempt is allowed, or null if this one is.</returns>
    private async Task<DateTime?> CountAsync(string key, Guid? personId, int most, CancellationToken cancellationToken)
    {
        var now = Now;
        await db.BeginCountAsync(key, personId, now, personId is null ? now - options.Value.CodeLockedFor : null, cancellationToken);
        var isAllowed = await db.CodeCounts.Where(count => count.Key == key && count.LockedUntil == null && count.Attempts < most)
            .ExecuteUpdateAsync(count => count.SetProperty(each => each.Attempts, each => each.Attempts + 1), cancellationToken) == 1;
        if (isAllowed)
        {
            return null;
        }

        var until = now + options.Value.CodeLockedFor;
        await db.LockIfFullAsync(key, most, until, cancellationToken);
        return await db.CodeCounts.Where(count => count.Key == key).Select(count => count.LockedUntil).SingleOrDefaultAsync(cancellationToken) ?? until;
    }

    private static string KeyOf(Guid personId) => $"person:{personId:N}";

    private static string KeyOfPlace(string place)
    {
        var key = $"place:{Places.Key(place)}";
        return key.Length <= CodeCount.KeyLength ? key : key[..CodeCount.KeyLength];
    }

    private void PretendToCheck(string? entered)
    {
        s_nobodysHash ??= hasher.HashPassword(s_nobody, Guid.NewGuid().ToString());
        hasher.VerifyHashedPassword(s_nobody, s_nobodysHash, entered ?? "");
    }
}
