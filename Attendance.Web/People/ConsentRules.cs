using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.People;

/// <summary>
/// Says whose consent is not enough any more: it is to another version of the text than the one that must be agreed to, a guardian gave it for
/// somebody who has come of age, or a minor gave it alone. At first such people are asked again, and then (they have lapsed) their faces are
/// not used any more.
/// </summary>
internal sealed class ConsentRules(AttendanceDb db, IOptions<ConsentOptions> options, TimeProvider clock)
{
    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>People who are to be asked again.</summary>
    public IQueryable<Person> ToRenew() => Outdated(Now, TimeSpan.Zero, TimeSpan.Zero, Now);

    /// <summary>People whose faces must not be used: no camera recognizes them, and no picture of them is taken.</summary>
    public IQueryable<Person> Lapsed() => Outdated(Now, options.Value.RenewWithin, options.Value.OfAgeGrace, Now);

    /// <summary>People whose faces were not to be used at an earlier time already. A minor has the time that somebody who has come of age has.</summary>
    public IQueryable<Person> LapsedSince(DateTime time) => Outdated(time, options.Value.RenewWithin, options.Value.OfAgeGrace, time - options.Value.OfAgeGrace);

    public Task<bool> MustRenewAsync(Guid personId, CancellationToken cancellationToken) => ToRenew().AnyAsync(person => person.Id == personId, cancellationToken);

    /// <summary>Returns those of these people who are to be asked again.</summary>
    public Task<HashSet<Guid>> MustRenewAsync(IReadOnlyCollection<Guid> personIds, CancellationToken cancellationToken) =>
        ToRenew().Where(person => personIds.Contains(person.Id)).Select(person => person.Id).ToHashSetAsync(cancellationToken);

    /// <summary>Returns those of these people whose faces may be used.</summary>
    public async Task<IReadOnlyList<Guid>> UsableAsync(IReadOnlyCollection<Guid> personIds, CancellationToken cancellationToken)
    {
        var lapsed = await Lapsed().Where(person => personIds.Contains(person.Id)).Select(person => person.Id).ToHashSetAsync(cancellationToken);
        return [.. personIds.Where(id => !lapsed.Contains(id))];
    }

    private IQueryable<Person> Outdated(DateTime time, TimeSpan renewWithin, TimeSpan ofAgeGrace, DateTime markedBy)
    {
        var (inForceBy, ofAgeBy, today) = (time - renewWithin, DateOnly.FromDateTime(time - ofAgeGrace), DateOnly.FromDateTime(Now));
        return db.People.Where(person => person.Consent != null && (
            db.ConsentTexts.Any(text => text.RenewalSince <= inForceBy && text.RenewalSince > person.Consent.At && text.Version != person.Consent.Version)
            || (person.Consent.Giver == ConsentGiver.Guardian && person.GuardianUntil <= ofAgeBy)
            || (person.Consent.Giver != ConsentGiver.Guardian && person.GuardianUntil > today && person.GuardianSince <= markedBy)));
    }
}
