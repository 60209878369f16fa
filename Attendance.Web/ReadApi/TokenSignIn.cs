using System.Security.Claims;
using System.Text.Encodings.Web;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Attendance.Web.ReadApi;

/// <summary>
/// The sign-in of a program: a bearer token, which nothing accepts but what names its policies. So a token opens <c>/api/v1</c> only, and the
/// cookie of an account does not open that.
/// </summary>
internal static class TokenSignIn
{
    public const string Scheme = "api_token";

    /// <summary>The policy for every token, whatever its scopes.</summary>
    public const string TokensOnly = "api_tokens";

    public const string ScopeClaim = "scope";

    public static void AddTokenSignIn(this IServiceCollection services)
    {
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, TokenHandler>(Scheme, null);
        var policies = services.AddAuthorizationBuilder()
            .AddPolicy(TokensOnly, policy => policy.AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser());
        foreach (var scope in ApiScopes.All)
        {
            policies.AddPolicy(PolicyOf(scope), policy => policy.AddAuthenticationSchemes(Scheme).RequireClaim(ScopeClaim, scope));
        }
    }

    public static string PolicyOf(string scope) => $"scope {scope}";
}

/// <summary>Looks up the token of each request, so that one that is revoked is refused from then on.</summary>
internal sealed class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiTokenStore tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Bearer = "Bearer ", Realm = "Bearer realm=\"Attendance\"";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!IsShown(out var shown))
        {
            return AuthenticateResult.NoResult();
        }

        if (await tokens.UseAsync(shown, Context.RequestAborted) is not { } token)
        {
            return AuthenticateResult.Fail("The token is unknown, revoked or expired.");
        }

        var identity = new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, $"token-{token.Id:N}"), .. ApiScopes.Split(token.Scopes).Select(scope => new Claim(TokenSignIn.ScopeClaim, scope))], Scheme.Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = IsShown(out _) ? $"{Realm}, error=\"invalid_token\"" : Realm;
        return ApiProblems.TokenRequired().ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var scope = Context.GetEndpoint()?.Metadata.GetMetadata<NeededScope>()?.Scope ?? "";
        Response.Headers.WWWAuthenticate = $"{Realm}, error=\"insufficient_scope\", scope=\"{scope}\"";
        return ApiProblems.ScopeMissing(scope).ExecuteAsync(Context);
    }

    private bool IsShown(out string token)
    {
        var header = Request.Headers[HeaderNames.Authorization].ToString();
        var isShown = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);
        token = isShown ? header[Bearer.Length..].Trim() : "";
        return isShown;
    }
}
