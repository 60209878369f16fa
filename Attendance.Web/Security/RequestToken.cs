using Attendance.Web.Http;
using Microsoft.AspNetCore.Antiforgery;

namespace Attendance.Web.Security;

/// <summary>Requires the request token that the page was given for every request that changes something.</summary>
internal static class RequestToken
{
    public static async ValueTask<object?> RequireAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var antiforgery = context.HttpContext.RequestServices.GetRequiredService<IAntiforgery>();
        return HttpMethods.IsGet(context.HttpContext.Request.Method) || await IsValidAsync(antiforgery, context.HttpContext)
            ? await next(context)
            : ApiProblems.Invalid("RequestVerificationToken", "the header must carry the token of the page; load the page again.");
    }

    private static async Task<bool> IsValidAsync(IAntiforgery antiforgery, HttpContext context)
    {
        try
        {
            return await antiforgery.IsRequestValidAsync(context);
        }
        catch (Exception exception) when (exception is AntiforgeryValidationException || UnreadableForm.Is(exception))
        {
            return false; // the check also looks for the token in the form
        }
    }
}
