using System.Security.Claims;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Attendance.Web.Security;

namespace Attendance.Web.CheckIn;

/// <summary>What the pages of attendance ask for: the state of today, and marks that a roll call states.</summary>
internal static class AttendanceEndpoints
{
    public static void MapAttendance(this IEndpointRouteBuilder routes)
    {
        var attendance = routes.MapGroup("/api/attendance").AddEndpointFilter(RequestToken.RequireAsync);
        attendance.MapGet("/today/events", (HttpContext context, TodayStream stream) => stream.SendAsync(context)).RequireRateLimiting(Quotas.Open);
        attendance.MapPost("/sessions/{sessionId:guid}/marks", StateAsync);
    }

    private static async Task<IResult> StateAsync(
        Guid sessionId, HttpRequest request, ClaimsPrincipal user, Statements statements, CancellationToken cancellationToken)
    {
        var asked = await PageBody.ReadAsync<RollCallRequest>(request);
        Mark? mark = null;
        if (asked.EventId is not { } eventId || eventId == Guid.Empty)
        {
            return ApiProblems.Invalid("event_id", "must be a UUID that was made for this call.");
        }

        if (asked.PersonId is not { } personId)
        {
            return ApiProblems.Invalid("person_id", "must be the id of a person.");
        }

        if (asked.Mark is not null)
        {
            if (!MarkWords.TryParse(asked.Mark, out var known) || known == Mark.LeftEarly)
            {
                return ApiProblems.Invalid("mark", "must be present, late, absent, excused, or null to take the mark back.");
            }

            mark = known;
        }

        var (outcome, result) = await statements.RecordAsync(
            new(eventId, sessionId, personId, CheckInMethod.RollCall, mark, null, user.AccountId()), cancellationToken);
        return outcome == StatementOutcome.Recorded ? TypedResults.Ok(MarkResponse.From(personId, result!)) : AttendanceProblems.Of(outcome);
    }
}

/// <summary>One person's mark in a roll call.</summary>
/// <param name="EventId">An id that the page made, so that a request that is sent again records nothing twice.</param>
/// <param name="Mark">The code of a mark, or null to take back what the roll call stated.</param>
public sealed record RollCallRequest(Guid? EventId = null, Guid? PersonId = null, string? Mark = null);

/// <param name="Word">The mark as people read it, in the language of the request.</param>
/// <param name="ByWord">What stated it as people read it, or null.</param>
internal sealed record MarkResponse(Guid PersonId, string Mark, string Word, string Tone, DateTime? FirstIn, string? StatedBy, string? ByWord)
{
    public static MarkResponse From(Guid personId, MarkResult result) => new(
        personId, result.Mark.Code(), MarkWords.Of(result.Mark), MarkWords.Tone(result.Mark), result.FirstIn, result.StatedBy?.Code(),
        result.StatedBy is { } by ? MarkWords.Of(by) : null);
}

internal static class AttendanceProblems
{
    public static Problem Of(StatementOutcome outcome) => outcome switch
    {
        StatementOutcome.NoSession => new(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "There is no such session, or it was cancelled."),
        StatementOutcome.NotExpected => new(StatusCodes.Status404NotFound, ProblemCodes.UnknownPerson, "This session does not expect this person."),
        StatementOutcome.PeriodClosed => new(StatusCodes.Status409Conflict, ProblemCodes.PeriodClosed, "The day of this session is closed, so its marks do not change any more."),
        StatementOutcome.NotNow => new(StatusCodes.Status409Conflict, ProblemCodes.RollNotOpen, "The roll of this session cannot be called now. Correct marks instead, with a reason."),
        StatementOutcome.IdTaken => new(StatusCodes.Status409Conflict, ProblemCodes.EventIdTaken, "This event id belongs to another event. Make another id."),
        _ => throw new InvalidOperationException($"{outcome} is no problem."),
    };
}
