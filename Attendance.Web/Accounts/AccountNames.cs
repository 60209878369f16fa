using System.Text.RegularExpressions;

namespace Attendance.Web.Accounts;

internal static partial class AccountNames
{
    public const string Expectation = "must be 2 to 64 letters, digits, '.', '_', '@' and '-', and begin with a letter or digit.";

    /// <summary>The characters that the framework allows. <see cref="IsValid"/> comes first, because the framework has its own message.</summary>
    public const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-";

    public static bool IsValid(string? name) => name is not null && Shape().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shape();
}
