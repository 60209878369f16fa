using Attendance.Web.Data;

namespace Attendance.Web.Reports;

/// <summary>
/// How often each mark was given, and the percentage that follows. Attended is who was there, however briefly or late: present, late and left early. Who is
/// excused or has not come yet is in neither part of the percentage.
/// </summary>
internal readonly record struct MarkCounts(int Present = 0, int Late = 0, int LeftEarly = 0, int Absent = 0, int Excused = 0, int Pending = 0)
{
    public int Attended => Present + Late + LeftEarly;

    /// <summary>The marks that the percentage is of.</summary>
    public int Counted => Attended + Absent;

    /// <summary>The part of the counted marks that are attended, from 0 to 1. Null if none is counted.</summary>
    public decimal? Share => Counted == 0 ? null : (decimal)Attended / Counted;

    public MarkCounts With(Mark mark) => mark switch
    {
        Mark.Present => this with { Present = Present + 1 },
        Mark.Late => this with { Late = Late + 1 },
        Mark.LeftEarly => this with { LeftEarly = LeftEarly + 1 },
        Mark.Absent => this with { Absent = Absent + 1 },
        Mark.Excused => this with { Excused = Excused + 1 },
        _ => this with { Pending = Pending + 1 },
    };

    public static MarkCounts Of(IEnumerable<Mark> marks) => marks.Aggregate(new MarkCounts(), (counts, mark) => counts.With(mark));

    public static MarkCounts operator +(MarkCounts one, MarkCounts other) => new(
        one.Present + other.Present, one.Late + other.Late, one.LeftEarly + other.LeftEarly, one.Absent + other.Absent, one.Excused + other.Excused, one.Pending + other.Pending);
}
