using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Attendance.Web.Accounts;

/// <summary>
/// Makes users whose password is known to somebody else choose another one before they can do anything else. Whoever comes from the provider
/// has shown more than that password.
/// </summary>
internal static class PasswordFirst
{
    public static void UsePasswordFirst(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!context.User.HasClaim(claim => claim.Type == AccountClaims.MustChangePassword)
            || SignInSessions.WayOf(context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties) == SignInWay.OpenIdConnect
            || context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null
            || context.Request.Path.StartsWithSegments(AccountRegistration.PasswordPath, StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        if (context.Request.IsApi())
        {
            return ApiProblems.PasswordFirst().ExecuteAsync(context);
        }

        context.Response.Redirect(AccountRegistration.PasswordPath);
        return Task.CompletedTask;
    });
}
