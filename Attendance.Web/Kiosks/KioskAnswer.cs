using System.Text.Json;
using System.Text.Json.Serialization;
using Attendance.Web.CheckIn;

namespace Attendance.Web.Kiosks;

/// <summary>What a kiosk shows. A person is called by the first name only, and only when they are checked in.</summary>
/// <param name="State">
/// <c>looking</c>, <c>asked</c>, <c>welcome</c>, <c>not_live</c>, <c>doubt</c>, <c>unknown</c>, <c>not_expected</c>, <c>closed</c>, <c>period_closed</c>
/// or <c>number_first</c>.
/// </param>
/// <param name="Hint">With <c>looking</c>: what the person can do. With <c>not_live</c>: why.</param>
/// <param name="Action">With <c>asked</c>: what the person must do.</param>
/// <param name="Step">With <c>asked</c>: which action it is, from 1; 0 for looking straight before the first.</param>
/// <param name="Marks">With <c>welcome</c>: one for each session.</param>
/// <param name="IsRepeat">With <c>welcome</c>: whether the person had checked in before.</param>
internal sealed record KioskAnswer(
    string State, string? Hint = null, string? Action = null, int? Step = null, string? FirstName = null, DateTime? At = null,
    IReadOnlyList<KioskMark>? Marks = null, bool IsRepeat = false)
{
    private const string Welcome = "welcome";

    [JsonIgnore]
    public bool IsWelcome => State == Welcome;

    public static KioskAnswer Of(VisitStep step) => step switch
    {
        VisitStep.Looking looking => new("looking", Hint: looking.Hint is { } hint ? CodeOf(hint) : null),
        VisitStep.Asked asked => new("asked", Action: CodeOf(asked.Action), Step: asked.Step),
        VisitStep.NotAlive fault => new("not_live", Hint: CodeOf(fault.Fault)),
        VisitStep.InDoubt => new("doubt"),
        VisitStep.Stranger => new("unknown"),
        _ => throw new ArgumentException($"{step} is answered by what it comes to.", nameof(step)),
    };

    public static KioskAnswer Of(CheckInOutcome outcome) => outcome switch
    {
        CheckInOutcome.Recorded recorded => new(
            Welcome, FirstName: recorded.FirstName, At: recorded.At, IsRepeat: recorded.IsRepeat,
            Marks: [.. recorded.Sessions.Select(each => new KioskMark(each.Name, each.Result.Mark.Code(), MarkWords.Of(each.Result.Mark), each.IsLeaving))]),
        CheckInOutcome.PeriodClosed => new("period_closed"),
        _ => new("not_expected"),
    };

    private static string CodeOf<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

/// <param name="Word">The mark as people read it.</param>
/// <param name="IsLeaving">Whether the person checked out.</param>
internal sealed record KioskMark(string Session, string Mark, string Word, bool IsLeaving);
