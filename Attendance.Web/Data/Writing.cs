using System.Globalization;
using System.Text;

namespace Attendance.Web.Data;

/// <summary>
/// What a text is, whatever way it was typed. One that looks alike is found alike: with or without accents, composed or not, in
/// full width, with another kind of space, or with figures of another script.
/// </summary>
internal static class Writing
{
    /// <summary>Letters by their category that nothing is seen of.</summary>
    private const string Fillers = "\u115F\u1160\u3164\uFFA0";

    /// <summary>Characters that turn the text behind them around, so that it reads as another one.</summary>
    private const string Turning = "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069";

    private static readonly Dictionary<char, string> s_spelled = new()
    {
        ['ß'] = "ss", ['æ'] = "ae", ['œ'] = "oe", ['ø'] = "o", ['ł'] = "l", ['đ'] = "d", ['ð'] = "d", ['þ'] = "th", ['ħ'] = "h", ['ı'] = "i", ['ŋ'] = "n", ['ς'] = "σ",
    };

    // Capital letters of other scripts that are written as Latin ones are.
    private const string Alike = "АВЕЅІЈКМНОРСТУХԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", Latin = "ABESIJKMHOPCTYXQWABEZHIKMNOPTYX";

    /// <summary>Whether anybody could read it: it has a letter or a digit that is seen.</summary>
    public static bool IsSeen(string text) => text.EnumerateRunes().Any(rune => Rune.IsLetterOrDigit(rune) && !(rune.IsBmp && Fillers.Contains((char)rune.Value, StringComparison.Ordinal)));

    public static bool CanBeWritten(string text) => !text.Any(each => char.IsControl(each) || Turning.Contains(each, StringComparison.Ordinal));

    /// <summary>One space where there were several of any kind, none at the ends; letters with accents as one character each.</summary>
    public static string Tidy(string text) =>
        string.Join(' ', Normalize(text, NormalizationForm.FormC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What a search looks for, and looks into.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var each in Normalize(text, NormalizationForm.FormKD).ToLowerInvariant())
        {
            if (char.IsWhiteSpace(each))
            {
                folded.Append(' ');
            }
            else if (!IsAccent(each) && char.GetUnicodeCategory(each) is not (UnicodeCategory.Format or UnicodeCategory.Control))
            {
                folded.Append(s_spelled.TryGetValue(each, out var spelled) ? spelled : Digit(each));
            }
        }

        // Composed again: what is no accent (a vowel, a syllable) stays one character.
        return Normalize(folded.ToString(), NormalizationForm.FormC);
    }

    /// <summary>What makes a number unique.</summary>
    public static string Key(string number) =>
        string.Concat(Normalize(number, NormalizationForm.FormKC).ToUpperInvariant().Select(Digit));

    /// <summary>As <see cref="Key"/>, with Latin letters in the place of those that look like them.</summary>
    public static string LookOf(string key) => string.Concat(key.Select(each => Alike.IndexOf(each, StringComparison.Ordinal) is var at and >= 0 ? Latin[at] : each));

    /// <summary>Whether it has letters of several of the scripts whose letters are taken for each other.</summary>
    public static bool IsMixed(string number) => Normalize(number, NormalizationForm.FormKC).Where(char.IsLetter).Select(Script).Distinct().Skip(1).Any();

    private static int Script(char letter) => letter switch
    {
        <= '\u024F' or (>= '\u1E00' and <= '\u1EFF') => 1, // Latin
        (>= '\u0370' and <= '\u03FF') or (>= '\u1F00' and <= '\u1FFF') => 2, // Greek
        >= '\u0400' and <= '\u052F' => 3, // Cyrillic
        _ => 4,
    };

    private static string Digit(char each) =>
        char.GetUnicodeCategory(each) == UnicodeCategory.DecimalDigitNumber ? CharUnicodeInfo.GetDecimalDigitValue(each).ToString(CultureInfo.InvariantCulture) : each.ToString();

    /// <summary>Marks that many leave out: accents, and the vowel signs of Hebrew and Arabic.</summary>
    private static bool IsAccent(char each) => each is (>= '\u0300' and <= '\u036F') or (>= '\u0591' and <= '\u05C7') or (>= '\u064B' and <= '\u0652') or (>= '\u1AB0' and <= '\u1AFF') or (>= '\u20D0' and <= '\u20FF');

    /// <summary>Half a surrogate pair, and U+FFFE that is none in any text, are replaced: .NET refuses to normalize them.</summary>
    private static string Normalize(string text, NormalizationForm form) =>
        string.Concat(text.EnumerateRunes()).Replace('\uFFFE', '\uFFFD').Normalize(form);
}
