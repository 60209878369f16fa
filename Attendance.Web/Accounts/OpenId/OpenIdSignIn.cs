using System.Text.RegularExpressions;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts.OpenId;

/// <summary>Ends a sign-in at the provider: signs in the account that belongs to it, links it, or says what went wrong.</summary>
internal sealed partial class OpenIdSignIn(
    OpenIdAccounts accounts,
    SignInManager<Account> signIn,
    SignInSessions sessions,
    KnownDevices devices,
    SignInMetrics metrics,
    IOptions<OpenIdOptions> options,
    ILogger<OpenIdSignIn> logger)
{
    /// <summary>The session that wants to link its account, in what the provider sends back. It is encrypted there.</summary>
    private const string LinkItem = "link";

    private const string AccountPath = "/account";

    /// <param name="returnTo">An address of this site.</param>
    /// <param name="linkFor">The session whose account is to be linked; null to sign in.</param>
    public static AuthenticationProperties Begin(string returnTo, string? linkFor = null)
    {
        var properties = new AuthenticationProperties { RedirectUri = returnTo };
        if (linkFor is not null)
        {
            properties.Items[LinkItem] = linkFor;
        }

        return properties;
    }

    public async Task ReceiveAsync(TicketReceivedContext context)
    {
        context.HandleResponse();
        var http = context.HttpContext;
        if (OpenIdUser.From(context.Principal!, options.Value) is not { } user)
        {
            LogFailed("the token names no issuer and subject that can be stored");
            Refuse(context, OpenIdProblem.Failed);
        }
        else if (LinkOf(context.Properties) is { } link)
        {
            var problem = await LinkAsync(http, user, link);
            http.Response.Redirect(problem is null ? AccountPath : QueryHelpers.AddQueryString(AccountPath, "problem", problem));
        }
        else if (user.IsRefused)
        {
            await accounts.RefuseAsync(user, http.RequestAborted);
            LogNoRole();
            Refuse(context, OpenIdProblem.NoRole);
        }
        else
        {
            var account = await accounts.FindOrAddAsync(user, http.RequestAborted);
            await accounts.ApplyAsync(account, user, http.RequestAborted);
            var start = SessionStart.Of(SignInWay.OpenIdConnect, http.Request) with { Lasts = options.Value.RefreshAfter, ProviderSession = user.ProviderSession };
            await signIn.SignInAsync(account, await sessions.BeginAsync(account.Id, start));
            devices.Remember(http, account);
            metrics.SignedIn(SignInWay.OpenIdConnect);
            LogSignedIn(account.Id);
            http.Response.Redirect(context.ReturnUri ?? "/");
        }
    }

    public static Task CancelAsync(AccessDeniedContext context)
    {
        context.HandleResponse();
        context.Response.Redirect(ProblemAddress(OpenIdProblem.Cancelled, LinkOf(context.Properties) is not null));
        return Task.CompletedTask;
    }

    public Task FailAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        var all = Causes(context.Failure).ToList();
        var error = context.Failure?.Data["error"] as string;
        var problem = all.Exists(each => each is HttpRequestException or IOException or OperationCanceledException) ? OpenIdProblem.Away
            : error is "invalid_client" or "unauthorized_client" or "invalid_scope" or "unsupported_response_type" or "invalid_request" ? OpenIdProblem.Misconfigured
            : OpenIdProblem.Failed;
        metrics.Refused(SignInWay.OpenIdConnect);

        // No message: it may quote what was sent, such as a code.
        LogFailed(error is not null && ErrorCode().IsMatch(error) ? $"the provider says {error}"
            : all.Select(each => Code().Match(each.Message)).FirstOrDefault(match => match.Success)?.Value ?? all.LastOrDefault()?.GetType().Name ?? "unknown");
        context.Response.Redirect(ProblemAddress(problem, LinkOf(context.Properties) is not null));
        return Task.CompletedTask;
    }

    private void Refuse(TicketReceivedContext context, string problem)
    {
        metrics.Refused(SignInWay.OpenIdConnect);
        context.Response.Redirect(ProblemAddress(problem, isLink: false));
    }

    /// <summary>Links only for the session that asked for it, so that nobody is made to link what is not theirs.</summary>
    private async Task<string?> LinkAsync(HttpContext context, OpenIdUser user, string link)
    {
        var current = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        return current.Succeeded && SignInSessions.IdOf(current.Properties) == link
            ? await accounts.LinkAsync(current.Principal.AccountId(), user.Issuer, user.Subject, current.Principal.AccountId(), context.RequestAborted)
            : OpenIdProblem.SignedInAgain;
    }

    private static string? LinkOf(AuthenticationProperties? properties) => properties?.Items.TryGetValue(LinkItem, out var link) == true ? link : null;

    private static string ProblemAddress(string problem, bool isLink) =>
        QueryHelpers.AddQueryString(isLink ? AccountPath : AccountRegistration.SignInPath, "problem", problem);

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    [GeneratedRegex(@"\AIDX\d{5}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\A[a-z_]{1,40}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ErrorCode();

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed in at the OpenID Connect provider")]
    private partial void LogSignedIn(string accountId);

    [LoggerMessage(LogLevel.Warning, "A sign-in at the OpenID Connect provider was refused: no role for Attendance")]
    private partial void LogNoRole();

    [LoggerMessage(LogLevel.Warning, "A sign-in at the OpenID Connect provider failed: {Reason}")]
    private partial void LogFailed(string reason);
}
