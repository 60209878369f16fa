using System.Globalization;

namespace Attendance.Web.Languages;

/// <summary>A language that pages are shown in.</summary>
/// <param name="Code">Its code by ISO 639.</param>
/// <param name="Name">What its speakers call it.</param>
internal sealed record Language(string Code, string Name)
{
    public CultureInfo Culture { get; } = CultureInfo.GetCultureInfo(Code);

    /// <summary>Whether its texts are in a file. English is in the pages themselves.</summary>
    public bool IsTranslated => Code != SupportedLanguages.English;
}

internal static class SupportedLanguages
{
    public const string English = "en";

    public static IReadOnlyList<Language> All { get; } = [new(English, "English"), new("de", "Deutsch")];

    /// <summary>The cultures whose language is supported, such as de-AT. They differ in how they write days, times and numbers.</summary>
    public static IReadOnlyList<CultureInfo> Cultures { get; } =
    [
        .. All.Select(language => language.Culture),
        .. CultureInfo.GetCultures(CultureTypes.SpecificCultures).Where(culture => All.Any(language => language.Code == culture.TwoLetterISOLanguageName)),
    ];

    /// <summary>Returns the language of a culture; English where it is of none that is supported.</summary>
    public static Language Of(CultureInfo culture) => All.FirstOrDefault(language => language.Code == culture.TwoLetterISOLanguageName) ?? All[0];

    public static Language? Find(string? code) => All.FirstOrDefault(language => language.Code == code);
}
