using System.Text.Json;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.CheckIn;

/// <summary>Marks in the words of pages and in the codes of requests.</summary>
internal static class MarkWords
{
    public static string Of(Mark mark) => mark switch
    {
        Mark.Pending => T("Not yet"),
        Mark.Present => T("Present"),
        Mark.Late => T("Late"),
        Mark.LeftEarly => T("Left early"),
        Mark.Absent => T("Absent"),
        Mark.Excused => T("Excused"),
        _ => mark.ToString(),
    };

    public static string Tone(Mark mark) => mark switch
    {
        Mark.Present => "good",
        Mark.Late or Mark.LeftEarly => "warn",
        Mark.Absent => "bad",
        Mark.Excused => "busy",
        _ => "quiet",
    };

    public static string Of(CheckInMethod method) => method switch
    {
        CheckInMethod.Face => T("Face"),
        CheckInMethod.Code => T("Personal code"),
        CheckInMethod.Qr => T("QR code"),
        CheckInMethod.RollCall => T("Roll call"),
        CheckInMethod.Correction => T("Correction"),
        _ => method.ToString(),
    };

    public static string Code(this Mark mark) => JsonNamingPolicy.SnakeCaseLower.ConvertName(mark.ToString());

    public static string Code(this CheckInMethod method) => JsonNamingPolicy.SnakeCaseLower.ConvertName(method.ToString());

    /// <summary>Accepts only the codes of marks that somebody may state, which pending is not.</summary>
    public static bool TryParse(string? code, out Mark mark)
    {
        foreach (var each in Enum.GetValues<Mark>())
        {
            if (each != Mark.Pending && each.Code() == code)
            {
                mark = each;
                return true;
            }
        }

        mark = default;
        return false;
    }
}
