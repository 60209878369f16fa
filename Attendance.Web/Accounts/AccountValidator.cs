using Attendance.Web.Data;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

/// <summary>Checks a browser's sign-in: whether its session has ended and, from time to time, whether its account is still valid.</summary>
internal sealed class AccountValidator(
    IOptions<SecurityStampValidatorOptions> options, SignInManager<Account> signIn, SignInSessions sessions, ILoggerFactory loggers)
    : SecurityStampValidator<Account>(options, signIn, loggers)
{
    public override async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        if (SignInSessions.IdOf(context.Properties) is { } id && !sessions.HasEnded(id))
        {
            await base.ValidateAsync(context);
        }
        else
        {
            await RejectAsync(context);
        }
    }

    protected override async Task SecurityStampVerified(Account user, CookieValidatePrincipalContext context)
    {
        if (await sessions.TouchAsync(SignInSessions.IdOf(context.Properties)!))
        {
            await base.SecurityStampVerified(user, context);
        }
        else
        {
            await RejectAsync(context);
        }
    }

    private async Task RejectAsync(CookieValidatePrincipalContext context)
    {
        context.RejectPrincipal();
        await SignInManager.SignOutAsync(); // deletes the cookie
    }
}
