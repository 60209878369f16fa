using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Faces.Templates;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Kiosks;

/// <summary>Whom a kiosk may see now.</summary>
/// <param name="Sessions">The sessions that are open at its place.</param>
/// <param name="Candidates">The people that they expect and whose faces are known. Null if there are more than faces can tell apart.</param>
internal sealed record Expectation(IReadOnlyList<OpenSession> Sessions, IReadOnlyList<FaceCandidate>? Candidates);

internal sealed record OpenSession(Guid Id, string Name, DateTime ClosesAt);

/// <summary>Finds the sessions that are open at a place, and the faces of those whom they expect.</summary>
internal sealed class KioskCandidates(AttendanceDb db, TemplateStore templates, IOptions<RecognitionOptions> options, TimeProvider clock)
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
            .Distinct().Take(most + 1).ToListAsync(cancellationToken);
        return new(sessions, people.Count > most ? null : await templates.CandidatesAsync(people, cancellationToken));
    }

    public async Task<IReadOnlyList<OpenSession>> OpenAsync(string place, CancellationToken cancellationToken) =>
        await OpenSessions.At(db, place, clock.GetUtcNow().UtcDateTime).OrderBy(session => session.StartsAt).ThenBy(session => session.Id)
            .Select(session => new OpenSession(session.Id, session.Name, session.ClosesAt)).ToListAsync(cancellationToken);
}
