using System.Globalization;

namespace Attendance.Web.Languages;

/// <summary>Days, times and numbers as the language of the request writes them. Without a country, days are those of ISO 8601, which nobody misreads.</summary>
internal static class Show
{
    private const string IsoDay = "yyyy-MM-dd", IsoTime = "HH:mm";

    private static CultureInfo Culture => CultureInfo.CurrentUICulture;

    public static string Day(DateOnly day) => day.ToString(DayFormat(), Culture);

    public static string Day(DateTime time) => Day(DateOnly.FromDateTime(time));

    public static string Time(DateTime time) => time.ToString(TimeFormat(), Culture);

    public static string Time(TimeOnly time) => time.ToString(TimeFormat(), Culture);

    public static string DayAndTime(DateTime time) => $"{Day(time)} {Time(time)}";

    /// <summary>A time that is told as UTC, because the reader's zone is not known.</summary>
    public static string Moment(DateTime utc) => $"{DayAndTime(utc)} UTC";

    /// <summary>The time of day of a moment, to the second, that is told as UTC.</summary>
    public static string MomentOfDay(DateTime utc) => $"{utc.ToString(IsWithoutCountry() ? IsoTime + ":ss" : Culture.DateTimeFormat.LongTimePattern, Culture)} UTC";

    public static string Number(double number, string format = "N0") => number.ToString(format, Culture);

    public static string WeekDay(DayOfWeek day) => Culture.DateTimeFormat.GetDayName(day);

    /// <summary>The order in which readers of this language look for names. It is for lists that are sorted here and not by the database.</summary>
    public static IComparer<string> ByName() => StringComparer.Create(Culture, ignoreCase: true);

    /// <summary>The short form of the country, with all four digits of the year.</summary>
    private static string DayFormat()
    {
        var format = Culture.DateTimeFormat.ShortDatePattern;
        return IsWithoutCountry() ? IsoDay : format.Contains("yyyy", StringComparison.Ordinal) ? format : format.Replace("yy", "yyyy", StringComparison.Ordinal);
    }

    private static string TimeFormat() => IsWithoutCountry() ? IsoTime : Culture.DateTimeFormat.ShortTimePattern;

    private static bool IsWithoutCountry() => Culture.Name.Length == 0 || Culture.Name is SupportedLanguages.English or LanguageChoice.Pseudo;
}
