using System.Text.Json;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Faces.Recognition;

namespace Attendance.Web.Kiosks;

/// <summary>What is stored of a decision about a face. It is the same wherever the face was seen.</summary>
internal static class VisitRecords
{
    /// <returns>The evidence, or null if the figures leave a doubt.</returns>
    public static AcceptedEvidence? EvidenceOf(VisitStep.Recognized step, RecognitionOptions recognition) => step.Face.Evidence is { Distance: { } distance } figures
        ? AcceptedEvidence.Of(
            step.Face.PersonId, distance, figures.NextDistance, figures.FramesFor, $"{FaceEmbedder.Model}/{FaceEmbedder.Version}",
            new(recognition.AcceptDistance, recognition.Margin, recognition.FramesNeeded), step.IsLive)
        : null;

    /// <param name="source">The kiosk or the door, as check-ins name it.</param>
    /// <param name="place">Where the face was seen.</param>
    /// <param name="sessions">The sessions that were open there.</param>
    public static FaceDoubt DoubtOf(string source, string place, FaceDecision.Doubt doubt, IReadOnlyList<OpenSession> sessions, DateTimeOffset now) => DoubtAbout(
        source, place, doubt.PersonId, doubt.OtherId, new { distance = doubt.Evidence.Distance, next_distance = doubt.Evidence.NextDistance, frames = doubt.Evidence.FramesFor }, sessions, now);

    /// <summary>Returns a doubt about a person whose number was entered before too many faces that were not theirs.</summary>
    /// <param name="wrong">The number of those faces.</param>
    public static FaceDoubt DoubtOf(string source, string place, Guid personId, int wrong, IReadOnlyList<OpenSession> sessions, DateTimeOffset now) => DoubtAbout(
        source, place, personId, null, new Dictionary<string, int>(StringComparer.Ordinal) { [FaceDoubt.WrongFaces] = wrong }, sessions, now);

    public static RecognitionOutcome OutcomeOf(CheckInOutcome outcome) => outcome switch
    {
        CheckInOutcome.Recorded { IsRepeat: true } => RecognitionOutcome.Repeated,
        CheckInOutcome.Recorded => RecognitionOutcome.Recorded,
        CheckInOutcome.PeriodClosed => RecognitionOutcome.PeriodClosed,
        _ => RecognitionOutcome.NotExpected,
    };

    private static FaceDoubt DoubtAbout(
        string source, string place, Guid personId, Guid? otherId, object evidence, IReadOnlyList<OpenSession> sessions, DateTimeOffset now) => new()
    {
        At = now.UtcDateTime,
        Until = sessions.Max(session => session.ClosesAt),
        KioskId = source,
        Place = place,
        PersonId = personId,
        OtherId = otherId,
        Evidence = JsonSerializer.Serialize(evidence),
    };
}
