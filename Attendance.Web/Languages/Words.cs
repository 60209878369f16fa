using System.Globalization;
using System.Resources;
using Microsoft.AspNetCore.Html;

namespace Attendance.Web.Languages;

/// <summary>
/// The texts of pages in the language of the request. The English text is the key, so a page reads as what it shows. A text is looked up when it is
/// shown: nobody keeps one in a static field, because requests differ.
/// </summary>
internal static class Words
{
    /// <summary>What stands behind it says which meaning a text has that has several; it is not shown.</summary>
    private const string Meaning = " | ";

    private static readonly ResourceManager s_words = new("Attendance.Web.Languages.Words", typeof(Words).Assembly);

    /// <summary>Returns a text in the language of the request, or the English one where there is no other.</summary>
    /// <param name="english">A format, if there are values.</param>
    /// <param name="values">What <c>{0}</c>, <c>{1}</c> stand for. Numbers are written as this language writes them.</param>
    public static string T(string english, params ReadOnlySpan<object?> values)
    {
        var text = Find(english);
#pragma warning disable CA1305 // the culture for numbers is that of the text, not the invariant one that the rest of a request has
        return values.IsEmpty ? text : string.Format(CultureInfo.CurrentUICulture, text, values);
#pragma warning restore CA1305
    }

    /// <summary>As <see cref="T"/>, for a text that has markup. The values are encoded.</summary>
    public static IHtmlContent Markup(string english, params object?[] values) => new HtmlFormattableString(CultureInfo.CurrentUICulture, Find(english), values);

    /// <summary>Returns a text in English, for what is stored whatever the language of the request is.</summary>
    public static string InEnglish(Func<string> text)
    {
        var language = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        try
        {
            return text();
        }
        finally
        {
            CultureInfo.CurrentUICulture = language;
        }
    }

    private static string Find(string english)
    {
        var culture = CultureInfo.CurrentUICulture;
        var shown = english.IndexOf(Meaning, StringComparison.Ordinal) is var end and > 0 ? english[..end] : english;
        return culture.Name == LanguageChoice.Pseudo ? $"⟦{shown}⟧"
            : SupportedLanguages.Of(culture) is { IsTranslated: true } language ? s_words.GetResourceSet(language.Culture, createIfNotExists: true, tryParents: false)?.GetString(english) ?? shown
            : shown;
    }
}
