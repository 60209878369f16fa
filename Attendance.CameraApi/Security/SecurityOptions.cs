using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Security;

internal sealed class SecurityOptions
{
    /// <summary>
    /// The key that callers send as <see cref="WireHeaders.ApiKey"/>. Without a key, the API serves only this machine, and only in
    /// Development.
    /// </summary>
    public string? ApiKey { get; set; }
}

internal sealed class SecurityOptionsValidator(IHostEnvironment environment, IConfiguration configuration) : IValidateOptions<SecurityOptions>
{
    private const int MinLength = 16;

    public ValidateOptionsResult Validate(string? name, SecurityOptions options) => options.ApiKey switch
    {
        { Length: > 0 and < MinLength } =>
            ValidateOptionsResult.Fail($"'Security:ApiKey' must have {MinLength} characters at least."),
        { Length: > 0 } => ValidateOptionsResult.Success,
        _ when !environment.IsDevelopment() =>
            ValidateOptionsResult.Fail("'Security:ApiKey' must be set; only in Development may it be left out."),
        _ when !ListensOnLoopbackOnly() =>
            ValidateOptionsResult.Fail("'Security:ApiKey' must be set to listen on other addresses than this machine's own."),
        _ => ValidateOptionsResult.Success,
    };

    private bool ListensOnLoopbackOnly() =>
        string.IsNullOrEmpty(configuration["http_ports"] + configuration["https_ports"])
        && (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .All(address => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.IsLoopback);
}

internal static class SecurityRegistration
{
    public static void AddSecurity(this IHostApplicationBuilder builder) =>
        builder.Services.AddOptionsWithValidateOnStart<SecurityOptions, SecurityOptionsValidator>().BindStrictly("Security");
}
