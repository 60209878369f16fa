using System.ComponentModel;
using System.Globalization;
using Attendance.Web.Languages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Retention;

/// <summary>How long something is kept, or that it is kept until somebody deletes it. Written as a time, or as <c>never</c> for what never goes by its age.</summary>
[TypeConverter(typeof(KeepForConverter))]
[Description("a time, as 90.00:00:00 for 90 days, or never")]
internal readonly record struct KeepFor(TimeSpan? Time)
{
    public static readonly KeepFor Ever;

    public static KeepFor Days(int days) => new(TimeSpan.FromDays(days));

    public override string ToString() => Time is { } time ? WordsOf(time) : T("until somebody deletes it");

    /// <summary>Returns a time as pages say it: in days where it is whole days.</summary>
    public static string WordsOf(TimeSpan time) => time.Ticks % TimeSpan.TicksPerDay == 0
        ? time.TotalDays == 1 ? T("1 day") : T("{0} days", Show.Number(time.TotalDays, "0"))
        : T("{0} hours", Show.Number(time.TotalHours, "0.#"));
}

internal sealed class KeepForConverter : TypeConverter
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

    public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => value is not string { Length: > 0 } text
        || text.Trim().Equals("never", StringComparison.OrdinalIgnoreCase) ? KeepFor.Ever : new KeepFor(TimeSpan.Parse(text, CultureInfo.InvariantCulture));
}
