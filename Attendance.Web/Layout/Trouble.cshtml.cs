using System.Globalization;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Layout;

[AllowAnonymous]
[ResponseCache(NoStore = true)]
[IgnoreAntiforgeryToken] // shown for a request of any method
internal sealed class TroubleModel : AnyMethodPageModel
{
    public int Status { get; private set; }

    public string Heading => Status switch
    {
        StatusCodes.Status403Forbidden => T("Not for this account"),
        StatusCodes.Status404NotFound => T("There is nothing here"),
        StatusCodes.Status413PayloadTooLarge => T("That is too large"),
        StatusCodes.Status429TooManyRequests => T("Too many attempts"),
        >= StatusCodes.Status500InternalServerError => T("Something went wrong on our side"),
        _ => T("That did not work"),
    };

    public string Advice => Status switch
    {
        StatusCodes.Status403Forbidden => T("This page is for administrators. Ask one, or sign in with another account."),
        StatusCodes.Status404NotFound => T("There is no such person, camera or page. It may have been renamed or removed: look for it in the list."),
        StatusCodes.Status413PayloadTooLarge => T("Nothing was stored. Split the file into several smaller ones, and send them one after the other."),
        StatusCodes.Status429TooManyRequests => T("There were too many attempts from this address. Wait a minute, then try again."),
        >= StatusCodes.Status500InternalServerError => T("Cameras in use are not affected. Please try again in a moment."),
        _ => T("Please go back to the list and try again from there."),
    };

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        // Not bound, because this page is also shown for forms that cannot be read or that have a field with this name.
        Status = HttpContext.Features.Get<IExceptionHandlerFeature>()?.Error is { } error ? Faults.StatusOf(error)
            : int.TryParse(RouteData.Values["status"] as string, CultureInfo.InvariantCulture, out var status) && status is >= 400 and <= 499 ? status
            : StatusCodes.Status404NotFound; // nothing failed: somebody opened this address directly
        Response.StatusCode = Status;
        if (Status == StatusCodes.Status503ServiceUnavailable)
        {
            Response.Headers.RetryAfter = ApiProblems.RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        }
    }
}
