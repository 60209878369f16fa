using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Accounts;

/// <summary>
/// Refuses passwords that are easy to guess: common words, keyboard rows and repetitions, also several of them in a row
/// (NIST SP 800-63B, 3.1.1.2). Each such piece counts as one character, and the result must still be long enough.
/// </summary>
internal sealed class WeakPasswords : IPasswordValidator<Account>
{
    private const int Enough = 6, ShortestRow = 3;

    private static readonly string[] s_rows =
    [
        "abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm", "wxcvbn", "1qaz2wsx3edc4rfv5tgb", "!@#$%^&*()", "!\"§$%&/()=",
    ];

    /// <summary>The stems of the most common words in published password lists, and words that this system itself suggests.</summary>
    private static readonly string[] s_words =
    [
        "administrator", "attendance", "password", "passwort", "passwd", "passwor", "motdepasse", "contrasena", "iloveyou", "trustno1", "letmein", "welcome", "willkommen", "princess", "sunshine",
        "football", "baseball", "superman", "batman", "starwars", "pokemon", "dragon", "monkey", "master", "shadow", "michael", "jennifer", "jessica", "charlie", "michelle", "computer", "internet",
        "summer", "sommer", "winter", "spring", "autumn", "monday", "january", "changeme", "default", "secret", "geheim", "hallo", "hello", "login", "access", "freedom", "whatever", "camera", "school",
        "company", "office", "admin", "operator", "qwerty", "qwertz", "azerty", "asdf", "love", "pass", "user", "root", "test", "demo", "temp", "1234", "2024", "2025", "2026", "2027",
    ];

    private static IdentityError Error => new()
    {
        Code = nameof(WeakPasswords),
        Description = T("This password would be guessed soon: it is made of words, rows of keys or repetitions that many use. Choose another, for example four words that have nothing to do with each other."),
    };

    public Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password) =>
        Task.FromResult(password is not null && IsWeak(password, user.UserName) ? IdentityResult.Failed(Error) : IdentityResult.Success);

    internal static bool IsWeak(string password, string? userName)
    {
        var plain = password.ToLowerInvariant();
        return PiecesOf(plain, userName) < Enough || PiecesOf(Spelled(plain), userName) < Enough;
    }

    private static int PiecesOf(string text, string? userName)
    {
        string[] words = userName is { Length: >= ShortestRow } ? [userName.ToLowerInvariant(), .. s_words] : s_words;
        var seen = new HashSet<string>(StringComparer.Ordinal); // a piece that occurs again adds nothing
        for (var at = 0; at < text.Length;)
        {
            var length = LongestPiece(text, at, words);
            seen.Add(text.Substring(at, length));
            at += length;
        }

        return seen.Count;
    }

    private static int LongestPiece(string text, int at, string[] words)
    {
        var word = words.Where(each => string.CompareOrdinal(text, at, each, 0, each.Length) == 0).Select(each => each.Length).DefaultIfEmpty(1).Max();
        var row = s_rows.SelectMany(each => new[] { each, string.Concat(each.Reverse()) }).Select(each => InRow(text, at, each)).Max();
        var same = text.AsSpan(at).IndexOfAnyExcept(text[at]) is var end and >= 0 ? end : text.Length - at;
        var longest = Math.Max(row, same);
        return Math.Max(word, longest >= ShortestRow ? longest : 1);
    }

    private static int InRow(string text, int at, string row)
    {
        var length = 0;
        for (var start = row.IndexOf(text[at], StringComparison.Ordinal); start >= 0; start = row.IndexOf(text[at], start + 1))
        {
            var run = 1;
            while (at + run < text.Length && start + run < row.Length && text[at + run] == row[start + run])
            {
                run++;
            }

            length = Math.Max(length, run);
        }

        return length;
    }

    /// <summary>Replaces digits and signs with the letters that they often stand for.</summary>
    private static string Spelled(string text) => string.Create(text.Length, text, (spelled, from) =>
    {
        for (var at = 0; at < from.Length; at++)
        {
            var figure = "01345@$".IndexOf(from[at], StringComparison.Ordinal);
            spelled[at] = figure >= 0 ? "oieasas"[figure] : from[at];
        }
    });
}
