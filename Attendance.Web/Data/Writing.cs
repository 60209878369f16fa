using System.Globalization;
using System.Text;

namespace Attendance.Web.Data;

/// <summary>
/// Normalizes texts, so that texts that look alike match however they were typed: with or without accents, composed or decomposed,
/// in full width, with another kind of space, or with digits of another script.
/// </summary>
internal static class Writing
{
    /// <summary>Characters that Unicode classifies as letters but that are invisible.</summary>
    private const string Fillers = "\u115F\u1160\u3164\uFFA0";

    /// <summary>Characters that reverse the direction of the text after them, so that it reads as a different text.</summary>
    private const string Turning = "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069";

    private static readonly Dictionary<char, string> s_spelled = new()
    {
        ['ß'] = "ss", ['æ'] = "ae", ['œ'] = "oe", ['ø'] = "o", ['ł'] = "l", ['đ'] = "d", ['ð'] = "d", ['þ'] = "th", ['ħ'] = "h", ['ı'] = "i", ['ŋ'] = "n", ['ς'] = "σ",
    };

    // Capital letters of other scripts that look like Latin ones.
    private const string Alike = "АВЕЅІЈКМНОРСТУХԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", Latin = "ABESIJKMHOPCTYXQWABEZHIKMNOPTYX";

    /// <summary>Returns whether the text has at least one visible letter or digit.</summary>
    public static bool IsSeen(string text) => text.EnumerateRunes().Any(rune => Rune.IsLetterOrDigit(rune) && !(rune.IsBmp && Fillers.Contains((char)rune.Value, StringComparison.Ordinal)));

    public static bool CanBeWritten(string text) => !text.Any(each => char.IsControl(each) || Turning.Contains(each, StringComparison.Ordinal));

    /// <summary>
    /// Replaces each run of spaces of any kind with one space, removes those at the ends, and composes letters with accents into one character each.
    /// </summary>
    public static string Tidy(string text) =>
        string.Join(' ', Normalize(text, NormalizationForm.FormC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Returns the form of a text that searches compare.</summary>
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

        // Compose the text again, so that marks that are not accents (vowels, parts of syllables) form one character with their letter.
        return Normalize(folded.ToString(), NormalizationForm.FormC);
    }

    /// <summary>Returns the form of a number that must be unique.</summary>
    public static string Key(string number) =>
        string.Concat(Normalize(number, NormalizationForm.FormKC).ToUpperInvariant().Select(Digit));

    /// <summary>Returns a <see cref="Key"/> with letters that look Latin replaced by the Latin ones.</summary>
    public static string LookOf(string key) => string.Concat(key.Select(each => Alike.IndexOf(each, StringComparison.Ordinal) is var at and >= 0 ? Latin[at] : each));

    /// <summary>Returns whether the number mixes letters of several scripts that are easily confused.</summary>
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

    /// <summary>Returns whether this is a mark that many people leave out: an accent, or a vowel sign of Hebrew or Arabic.</summary>
    private static bool IsAccent(char each) => each is (>= '\u0300' and <= '\u036F') or (>= '\u0591' and <= '\u05C7') or (>= '\u064B' and <= '\u0652') or (>= '\u1AB0' and <= '\u1AFF') or (>= '\u20D0' and <= '\u20FF');

    /// <summary>
    /// Normalizes a text after replacing unpaired surrogates and the noncharacter U+FFFE, because .NET refuses to normalize them.
    /// </summary>
    private static string Normalize(string text, NormalizationForm form) =>
        string.Concat(text.EnumerateRunes()).Replace('\uFFFE', '\uFFFD').Normalize(form);
}
