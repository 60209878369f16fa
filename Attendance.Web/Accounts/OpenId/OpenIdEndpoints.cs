using Attendance.Web.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Attendance.Web.Accounts.OpenId;

internal static partial class OpenIdEndpoints
{
    /// <summary>
    /// Maps the endpoint at which the provider reports who has signed out there. It needs no sign-in: its token is signed by the provider. It
    /// exists only where a provider is configured.
    /// </summary>
    public static void MapOpenId(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetRequiredService<OpenIdProvider>().IsOn)
        {
            routes.MapPost(OpenIdRegistration.BackChannelPath, LogOutAsync).AllowAnonymous().DisableAntiforgery();
        }
    }

    private static async Task<Results<Ok, JsonHttpResult<LogoutError>>> LogOutAsync(
        HttpContext context, LogoutTokens tokens, SpentLogoutTokens spent, OpenIdAccounts accounts, SignInSessions sessions, ILogger<LogoutTokens> logger)
    {
        context.Response.Headers.CacheControl = "no-store";
        var cancellationToken = context.RequestAborted;
        if (await ReadAsync(context.Request, tokens, cancellationToken) is not { } notice)
        {
            LogRefused(logger);
            return Refused();
        }

        if (await spent.HasAsync(notice, cancellationToken))
        {
            LogReplayed(logger);
            return Refused();
        }

        var account = notice.Subject is { } subject ? await accounts.FindAsync(notice.Issuer, subject, cancellationToken) : null;
        var ended = notice.Subject is not null && account is null ? 0
            : await sessions.EndOfProviderAsync(account?.Id, notice.Session is { } session ? OpenIdUser.HashOf(notice.Issuer, session) : null, cancellationToken);
        await spent.AddAsync(notice, cancellationToken);
        LogEnded(logger, ended);
        return TypedResults.Ok();
    }

    private static JsonHttpResult<LogoutError> Refused() => TypedResults.Json(new LogoutError("invalid_request"), statusCode: StatusCodes.Status400BadRequest);

    private static async Task<LogoutNotice?> ReadAsync(HttpRequest request, LogoutTokens tokens, CancellationToken cancellationToken)
    {
        try
        {
            return request.HasFormContentType ? await tokens.ReadAsync((await request.ReadFormAsync(cancellationToken))["logout_token"], cancellationToken) : null;
        }
        catch (Exception exception) when (UnreadableForm.Is(exception) || exception is InvalidOperationException)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "The OpenID Connect provider ended {Count} sessions")]
    private static partial void LogEnded(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "A back-channel logout was refused: its token is not one of the OpenID Connect provider for Attendance")]
    private static partial void LogRefused(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "A back-channel logout was refused: its token was used before, so somebody may have a copy of it")]
    private static partial void LogReplayed(ILogger logger);

    private sealed record LogoutError(string Error);
}
