using System.Globalization;

namespace Attendance.Web.Languages;

/// <summary>The language of a page, as its root element states it.</summary>
internal static class PageLanguage
{
    /// <summary>Whose texts it has.</summary>
    public static Language Current => SupportedLanguages.Of(CultureInfo.CurrentUICulture);

    public static string Code => CultureInfo.CurrentUICulture.Name;

    public static string Direction => CultureInfo.CurrentUICulture.TextInfo.IsRightToLeft ? "rtl" : "ltr";
}
