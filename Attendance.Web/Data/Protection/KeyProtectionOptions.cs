using Microsoft.Extensions.Options;

namespace Attendance.Web.Data.Protection;

internal sealed class KeyProtectionOptions
{
    public const string Section = "DataProtection";

    /// <summary>
    /// The secret that encrypts the keys that encrypt the pictures and the sign-in cookies. Keep it apart from the database, so that nobody
    /// can read a picture with a copy of the database alone. If the secret is lost, the pictures are lost too.
    /// </summary>
    public string? Secret { get; set; }
}

internal sealed class KeyProtectionOptionsValidator(IHostEnvironment environment) : IValidateOptions<KeyProtectionOptions>
{
    private const int Shortest = 32;
    private const string Key = $"{KeyProtectionOptions.Section}:{nameof(KeyProtectionOptions.Secret)}";

    public ValidateOptionsResult Validate(string? name, KeyProtectionOptions options) => options.Secret switch
    {
        null or "" when environment.IsDevelopment() => ValidateOptionsResult.Success,
        null or "" => ValidateOptionsResult.Fail($"{Key} is missing: set it to a secret of {Shortest} or more random characters, and keep it."),
        { Length: < Shortest } => ValidateOptionsResult.Fail($"{Key} is too short: it must have {Shortest} or more random characters."),
        _ => ValidateOptionsResult.Success,
    };
}
