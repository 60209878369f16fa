using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Attendance.Web.Accounts;

internal static partial class AccountNames
{
    public const string Expectation = "must be 2 to 64 letters, digits, '.', '_', '@' and '-', and begin with a letter or digit.";

    /// <summary>The characters that the framework allows. <see cref="IsValid"/> comes first, because the framework has its own message.</summary>
    public const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-";

    private const int Longest = 64, NumberLength = 9;

    public static bool IsValid(string? name) => name is not null && Shape().IsMatch(name);

    /// <summary>
    /// Returns names for an account whose owner is called so elsewhere, the best first: without what a name may not have, and with a number as
    /// long as the name before is taken.
    /// </summary>
    public static IEnumerable<string> CandidatesFor(string? wanted)
    {
        var plain = Other().Replace(wanted ?? "", "-").TrimStart('.', '_', '@', '-');
        plain = plain.Length > Longest - NumberLength ? plain[..(Longest - NumberLength)] : plain;
        plain = IsValid(plain) ? plain : "user";
        return Enumerable.Range(2, 8).Select(number => string.Create(CultureInfo.InvariantCulture, $"{plain}-{number}")).Prepend(plain)
            .Concat(Enumerable.Range(0, 8).Select(_ => $"{plain}-{RandomNumberGenerator.GetHexString(NumberLength - 1, lowercase: true)}"));
    }

    [GeneratedRegex("[^A-Za-z0-9._@-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Other();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shape();
}
