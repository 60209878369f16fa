using Attendance.Web.Data;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts.OpenId;

/// <summary>Where accounts of a school or a firm sign in, and what its claims mean here. Without <see cref="Authority"/> there is no such way.</summary>
internal sealed class OpenIdOptions
{
    public const string Section = "OpenIdConnect";

    /// <summary>The longest address of a provider, and the longest <c>sub</c> that OpenID Connect allows.</summary>
    public const int IssuerLength = 255, SubjectLength = 255;

    public const int NameLength = 40;

    /// <summary>The address of the provider, under which its <c>.well-known/openid-configuration</c> is.</summary>
    public string? Authority { get; set; }

    public string? ClientId { get; set; }

    /// <summary>The secret of the client. Without it, the provider must know Attendance as a public client.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>What the provider is called on the button.</summary>
    public string Name { get; set; } = "your organization";

    /// <summary>The scopes that are asked for; <c>openid profile email</c> if none is named.</summary>
    public IList<string> Scopes { get; } = [];

    /// <summary>The claim that says who is what. Without it, new accounts are operators, and roles are given here.</summary>
    public string? RoleClaim { get; set; }

    /// <summary>The values of <see cref="RoleClaim"/> that make an administrator.</summary>
    public IList<string> AdminValues { get; } = [];

    /// <summary>The values of <see cref="RoleClaim"/> that make an operator.</summary>
    public IList<string> OperatorValues { get; } = [];

    /// <summary>Refuses whoever has none of the values. Otherwise they are operators.</summary>
    public bool RequireRole { get; set; }

    /// <summary>The claim whose values are the teams of the account. Without it, teams are given here.</summary>
    public string? GroupsClaim { get; set; }

    /// <summary>How long a sign-in lasts until the provider is asked again, so that what it has taken away takes effect.</summary>
    public TimeSpan RefreshAfter { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Refuses passwords and passkeys, but those of the first administrator.</summary>
    public bool OnlyWay { get; set; }

    public bool IsOn => !string.IsNullOrEmpty(Authority);

    public IReadOnlyList<string> WantedScopes => Scopes.Count > 0 ? [.. Scopes] : ["openid", "profile", "email"];
}

internal sealed class OpenIdOptionsValidator(IHostEnvironment environment) : IValidateOptions<OpenIdOptions>
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromMinutes(1), s_longest = TimeSpan.FromDays(30);

    public ValidateOptionsResult Validate(string? name, OpenIdOptions options)
    {
        var failures = new List<string>();
        if (!options.IsOn)
        {
            Check(nameof(options.ClientId), string.IsNullOrEmpty(options.ClientId), "needs OpenIdConnect:Authority.");
            Check(nameof(options.OnlyWay), !options.OnlyWay, "needs OpenIdConnect:Authority.");
            return Result();
        }

        Check(
            nameof(options.Authority),
            Uri.TryCreate(options.Authority, UriKind.Absolute, out var address) && address.UserInfo.Length + address.Query.Length + address.Fragment.Length == 0
                && options.Authority!.Length <= OpenIdOptions.IssuerLength && IsSafe(address),
            "must be an https address without user, query and fragment. Plain http is for a provider on this machine, in Development only.");
        Check(nameof(options.ClientId), !string.IsNullOrWhiteSpace(options.ClientId), "must be the id that the provider gave Attendance.");
        Check(nameof(options.Name), options.Name.Length is > 0 and <= OpenIdOptions.NameLength && Writing.IsSeen(options.Name), $"must have 1 to {OpenIdOptions.NameLength} characters.");
        Check(nameof(options.Scopes), options.WantedScopes.Contains("openid", StringComparer.Ordinal), "must contain openid.");
        Check(nameof(options.Scopes), !options.WantedScopes.Any(scope => scope.Length == 0 || scope.Any(char.IsWhiteSpace)), "must have one scope for each number, without spaces.");
        var values = options.AdminValues.Concat(options.OperatorValues).ToList();
        var hasRoles = !string.IsNullOrEmpty(options.RoleClaim);
        Check(nameof(options.RoleClaim), !hasRoles || values.Count > 0, "needs OpenIdConnect:AdminValues or OpenIdConnect:OperatorValues.");
        Check(nameof(options.AdminValues), hasRoles || options.AdminValues.Count == 0, "needs OpenIdConnect:RoleClaim.");
        Check(nameof(options.OperatorValues), hasRoles || options.OperatorValues.Count == 0, "needs OpenIdConnect:RoleClaim.");
        Check(nameof(options.OperatorValues), values.Distinct(StringComparer.Ordinal).Count() == values.Count, "has a value twice, or one of OpenIdConnect:AdminValues.");
        Check(nameof(options.RequireRole), hasRoles || !options.RequireRole, "needs OpenIdConnect:RoleClaim.");
        Check(nameof(options.RefreshAfter), options.RefreshAfter >= s_shortest && options.RefreshAfter <= s_longest, "must be 00:01:00 to 30.00:00:00.");
        return Result();

        void Check(string key, bool holds, string words)
        {
            if (!holds)
            {
                failures.Add($"{OpenIdOptions.Section}:{key} {words}");
            }
        }

        ValidateOptionsResult Result() => failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private bool IsSafe(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback && environment.IsDevelopment());
}
