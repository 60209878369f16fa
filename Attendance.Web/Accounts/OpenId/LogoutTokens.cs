using System.Text.Json;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Attendance.Web.Accounts.OpenId;

/// <summary>Checks what a provider sends when somebody has signed out there (OpenID Connect Back-Channel Logout 1.0, section 2.6).</summary>
internal sealed class LogoutTokens(IOptionsMonitor<OpenIdConnectOptions> schemes)
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";
    private const int Longest = 16 * 1024;

    /// <returns>Who has signed out, or null if the token is not one of the provider's for us.</returns>
    /// <exception cref="InvalidOperationException">The provider's keys cannot be read now.</exception>
    public async Task<LogoutNotice?> ReadAsync(string? token, CancellationToken cancellationToken)
    {
        if (token is not { Length: > 0 and <= Longest })
        {
            return null;
        }

        var scheme = schemes.Get(OpenIdRegistration.Scheme);
        var result = await ValidateAsync(token, scheme, cancellationToken);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            scheme.ConfigurationManager!.RequestRefresh(); // the provider may have got other keys
            result = await ValidateAsync(token, scheme, cancellationToken);
        }

        return result is { IsValid: true, SecurityToken: JsonWebToken logout } && logout.TryGetPayloadValue<JsonElement>("events", out var events) && IsLogout(events)
                && !logout.TryGetClaim("nonce", out _) && logout.TryGetClaim("iat", out _) && ValueOf(logout, "jti") is { } id
                && (ValueOf(logout, "sub"), ValueOf(logout, "sid")) is var (subject, session) && (subject ?? session) is not null
            ? new(logout.Issuer, subject, session, OpenIdUser.HashOf(logout.Issuer, id), logout.ValidTo + scheme.TokenValidationParameters.ClockSkew)
            : null;
    }

    private static async Task<TokenValidationResult> ValidateAsync(string token, OpenIdConnectOptions scheme, CancellationToken cancellationToken)
    {
        var provider = await scheme.ConfigurationManager!.GetConfigurationAsync(cancellationToken);
        return await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = provider.Issuer,
            ValidAudience = scheme.ClientId,
            IssuerSigningKeys = provider.SigningKeys,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = scheme.TokenValidationParameters.ClockSkew,
        });
    }

    private static bool IsLogout(JsonElement events) =>
        events.ValueKind == JsonValueKind.Object && events.TryGetProperty(LogoutEvent, out var member) && member.ValueKind == JsonValueKind.Object;

    private static string? ValueOf(JsonWebToken token, string claim) => token.TryGetClaim(claim, out var found) && found.Value.Length > 0 ? found.Value : null;
}

/// <summary>Says who has signed out at the provider: from one session, or, if that is null, from all of theirs.</summary>
/// <param name="Key">A hash of the provider and the id of the token.</param>
/// <param name="Until">Until when the token is accepted.</param>
internal sealed record LogoutNotice(string Issuer, string? Subject, string? Session, string Key, DateTime Until);
