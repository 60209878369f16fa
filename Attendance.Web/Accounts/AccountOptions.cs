using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

internal sealed class AccountOptions
{
    public const string Section = "Accounts";
    public const int ShortestPassword = 12;

    public FirstAdminOptions FirstAdmin { get; set; } = new();

    /// <summary>How long a sign-in lasts when it is not used.</summary>
    public TimeSpan SignInLasts { get; set; } = TimeSpan.FromHours(12);

    /// <summary>
    /// The number of wrong passwords in a row that locks an account for <see cref="LockedFor"/>. The lock does not apply to browsers in
    /// which the account has signed in before: each of those has its own count.
    /// </summary>
    public int WrongPasswords { get; set; } = 5;

    public TimeSpan LockedFor { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// The number of sign-in attempts allowed per minute and IP address (for IPv6, per first 64 bits). Further attempts are refused before
    /// the password is checked.
    /// </summary>
    public int AttemptsPerMinute { get; set; } = 30;

    /// <summary>
    /// How often the accounts that have a stream or a WebSocket open are looked up. A connection that its account may no longer have is closed.
    /// </summary>
    public TimeSpan CheckedEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The number of streams and WebSockets that an account may have open at the same time.</summary>
    public int OpenConnections { get; set; } = 64;

    /// <summary>The number of camera requests of one account that may be waiting at the same time.</summary>
    public int WaitingWishes { get; set; } = 16;

    /// <summary>The number of different browser cameras that an account may lease within an hour.</summary>
    public int BrowserCameras { get; set; } = 50;

    /// <summary>The number of pictures of people that an account may send per minute.</summary>
    public int PicturesPerMinute { get; set; } = 120;
}

internal sealed class FirstAdminOptions
{
    public string UserName { get; set; } = "admin";

    /// <summary>
    /// The password of the administrator that is created when there is no account yet. Without it none is created, and nobody can sign in.
    /// </summary>
    public string? Password { get; set; }

    /// <summary>Sets the administrator's password even if the account exists. Use it when the password was lost.</summary>
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
