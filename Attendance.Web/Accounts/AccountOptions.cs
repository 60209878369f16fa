using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

internal sealed class AccountOptions
{
    public const string Section = "Accounts";
    public const int ShortestPassword = 12;

    public FirstAdminOptions FirstAdmin { get; set; } = new();

    /// <summary>How long a sign-in lasts without being used.</summary>
    public TimeSpan SignInLasts { get; set; } = TimeSpan.FromHours(12);

    /// <summary>
    /// So many wrong passwords in a row lock an account for <see cref="LockedFor"/>, for everybody but browsers in which it has signed
    /// in before. Those are counted one by one.
    /// </summary>
    public int WrongPasswords { get; set; } = 5;

    public TimeSpan LockedFor { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Attempts to sign in per minute and address (of IPv6 its first 64 bits); more are refused before a password is looked at.</summary>
    public int AttemptsPerMinute { get; set; } = 30;

    /// <summary>How often those are looked up who have a stream or a socket open; whoever may not have it any more loses it.</summary>
    public TimeSpan CheckedEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Streams and sockets that an account may have open at a time.</summary>
    public int OpenConnections { get; set; } = 64;

    /// <summary>Wishes for a camera of an account that may be waiting at a time.</summary>
    public int WaitingWishes { get; set; } = 16;

    /// <summary>Browsers whose cameras an account may lease within an hour.</summary>
    public int BrowserCameras { get; set; } = 50;

    /// <summary>Pictures of people that an account may send per minute.</summary>
    public int PicturesPerMinute { get; set; } = 120;
}

internal sealed class FirstAdminOptions
{
    public string UserName { get; set; } = "admin";

    /// <summary>Of the administrator that is made when there is no account yet. Without it none is made, and nobody can sign in.</summary>
    public string? Password { get; set; }

    /// <summary>Gives the administrator this password also when the account is there: for when the password was lost.</summary>
    public bool Reset { get; set; }
}

internal sealed class AccountOptionsValidator : IValidateOptions<AccountOptions>
{
    public ValidateOptionsResult Validate(string? name, AccountOptions options)
    {
        var failures = new List<string>();
        if (!AccountNames.IsValid(options.FirstAdmin.UserName))
        {
            failures.Add($"{AccountOptions.Section}:FirstAdmin:UserName {AccountNames.Expectation}");
        }

        if (options.FirstAdmin.Password is { Length: > 0 and < AccountOptions.ShortestPassword })
        {
            failures.Add($"{AccountOptions.Section}:FirstAdmin:Password must have at least {AccountOptions.ShortestPassword} characters.");
        }

        if (options.FirstAdmin.Reset && string.IsNullOrEmpty(options.FirstAdmin.Password))
        {
            failures.Add($"{AccountOptions.Section}:FirstAdmin:Reset needs {AccountOptions.Section}:FirstAdmin:Password.");
        }

        Range(nameof(options.SignInLasts), options.SignInLasts >= TimeSpan.FromMinutes(1) && options.SignInLasts <= TimeSpan.FromDays(30), "00:01:00 to 30.00:00:00");
        Range(nameof(options.WrongPasswords), options.WrongPasswords is >= 1 and <= 100, "1 to 100");
        Range(nameof(options.LockedFor), options.LockedFor >= TimeSpan.FromSeconds(1) && options.LockedFor <= TimeSpan.FromDays(1), "00:00:01 to 1.00:00:00");
        Range(nameof(options.AttemptsPerMinute), options.AttemptsPerMinute is >= 1 and <= 10_000, "1 to 10000");
        Range(nameof(options.CheckedEvery), options.CheckedEvery >= TimeSpan.FromMilliseconds(100) && options.CheckedEvery <= TimeSpan.FromMinutes(1), "00:00:00.1 to 00:01:00");
        Range(nameof(options.OpenConnections), options.OpenConnections is >= 1 and <= 10_000, "1 to 10000");
        Range(nameof(options.WaitingWishes), options.WaitingWishes is >= 1 and <= 10_000, "1 to 10000");
        Range(nameof(options.BrowserCameras), options.BrowserCameras is >= 1 and <= 10_000, "1 to 10000");
        Range(nameof(options.PicturesPerMinute), options.PicturesPerMinute is >= 1 and <= 10_000, "1 to 10000");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Range(string key, bool holds, string allowed)
        {
            if (!holds)
            {
                failures.Add($"{AccountOptions.Section}:{key} must be {allowed}.");
            }
        }
    }
}
