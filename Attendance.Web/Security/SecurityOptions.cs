using Microsoft.Extensions.Options;

namespace Attendance.Web.Security;

internal sealed class SecurityOptions
{
    public const string Section = "Security";

    /// <summary>The API key that camera-api expects. It is a secret: it is added to requests to camera-api and never shown.</summary>
    public string? ApiKey { get; set; }
}

/// <summary>
/// Refuses to start without a key outside development. Otherwise nothing that needs a camera would work, and each page would fail separately.
/// </summary>
internal sealed class SecurityOptionsValidator(IHostEnvironment environment) : IValidateOptions<SecurityOptions>
{
    private const string Key = $"{SecurityOptions.Section}:{nameof(SecurityOptions.ApiKey)}";

    public ValidateOptionsResult Validate(string? name, SecurityOptions options) => options.ApiKey switch
    {
        null or "" when environment.IsDevelopment() => ValidateOptionsResult.Success,
        null or "" => ValidateOptionsResult.Fail($"{Key} is missing: set it to the key that camera-api expects."),
        var key when key.All(character => character is > ' ' and <= '~') => ValidateOptionsResult.Success,
        _ => ValidateOptionsResult.Fail($"{Key} may hold printable ASCII characters only, without spaces: it is sent as a header."),
    };
}
