using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Faces.Templates;
using Attendance.Web.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Kiosks;

/// <summary>Whom a kiosk may see now.</summary>
/// <param name="Sessions">The sessions that are open at its place.</param>
/// <param name="Candidates">The people that they expect and whose faces are known. Null if there are more than <see cref="RecognitionOptions.MaxCandidates"/>; then people enter their number first.</param>
internal sealed record Expectation(IReadOnlyList<OpenSession> Sessions, IReadOnlyList<FaceCandidate>? Candidates);

internal sealed record OpenSession(Guid Id, string Name, DateTime ClosesAt);

/// <summary>Finds the sessions that are open at a place, and the faces of those whom they expect.</summary>
internal sealed class KioskCandidates(AttendanceDb db, TemplateStore templates, ConsentRules consents, IOptions<RecognitionOptions> options, TimeProvider clock)
{
    public async Task<Expectation> AtAsync(string place, CancellationToken cancellationToken)
    {
        var sessions = await OpenAsync(place, cancellationToken);
        if (sessions.Count == 0)
        {
            return new(sessions, []);
        }

        var ids = sessions.Select(session => session.Id).ToList();
        var most = options.Value.MaxCandidates;
        var people = await ExpectedPeople.Of(db).Where(expected => ids.Contains(expected.SessionId)).Select(expected => expected.PersonId)
            .Distinct().OrderBy(id => id).Take(most + 1).ToListAsync(cancellationToken);
        return new(sessions, people.Count > most ? null : await FacesAsync(people, cancellationToken));
    }

    /// <returns>The face of the person with this number, if one of the sessions that are open at the place expects them and there is one.</returns>
    public async Task<IReadOnlyList<FaceCandidate>> ByNumberAsync(string place, string number, CancellationToken cancellationToken)
    {
        var key = Writing.Key(number.Trim());
        var open = OpenSessions.At(db, place, clock.GetUtcNow().UtcDateTime).Select(session => session.Id);
        var person = await (
            from expected in ExpectedPeople.Of(db)
            where open.Contains(expected.SessionId) && db.People.Any(each => each.Id == expected.PersonId && each.NumberKey == key)
            select (Guid?)expected.PersonId).Distinct().SingleOrDefaultAsync(cancellationToken);
        return person is { } id ? await FacesAsync([id], cancellationToken) : [];
    }

    /// <summary>Returns the faces of those of these people whose consent still covers it. The others check in by a code.</summary>
    private async Task<IReadOnlyList<FaceCandidate>> FacesAsync(IReadOnlyCollection<Guid> people, CancellationToken cancellationToken) =>
        await templates.CandidatesAsync(await consents.UsableAsync(people, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<OpenSession>> OpenAsync(string place, CancellationToken cancellationToken) =>
        await OpenSessions.At(db, place, clock.GetUtcNow().UtcDateTime).OrderBy(session => session.StartsAt).ThenBy(session => session.Id)
            .Select(session => new OpenSession(session.Id, session.Name, session.ClosesAt)).ToListAsync(cancellationToken);
}
