using Attendance.Web.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Layout;

/// <summary>
/// Refuses requests that no page here can have sent. Without this filter, a page without a handler for the request would still be shown,
/// with no data, and PostgreSQL would refuse a text with a NUL character in the middle of a query.
/// </summary>
internal sealed class PageInput : IAsyncAuthorizationFilter, IAsyncPageFilter, IOrderedFilter
{
    /// <summary>Runs before the filter that looks for the request token in the form.</summary>
    public int Order => 0;

    public async Task OnAuthorizationAsync(AuthorizationFilterContext context)
    {
        var isForAny = (context.ActionDescriptor as CompiledPageActionDescriptor)?.ModelTypeInfo?.IsSubclassOf(typeof(AnyMethodPageModel)) == true;
        var request = context.HttpContext.Request;
        if (!isForAny && (request.Query.Any(HasNul) || (request.HasFormContentType && await HasBadFormAsync(request))))
        {
            context.Result = new BadRequestResult();
        }
    }

    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var request = context.HttpContext.Request;
        if (context.HandlerMethod is null && context.HandlerInstance is not AnyMethodPageModel)
        {
            var isShown = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
            if (!isShown || request.Query.ContainsKey("handler"))
            {
                context.Result = isShown ? new NotFoundResult() : new StatusCodeResult(StatusCodes.Status405MethodNotAllowed);
                return;
            }
        }

        await next();
    }

    private static async Task<bool> HasBadFormAsync(HttpRequest request)
    {
        try
        {
            return (await request.ReadFormAsync(request.HttpContext.RequestAborted)).Any(HasNul);
        }
        catch (Exception exception) when (UnreadableForm.Is(exception))
        {
            return true;
        }
    }

    private static bool HasNul(KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues> field) =>
        field.Key.Contains('\0', StringComparison.Ordinal) || field.Value.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true);
}

/// <summary>A page that is shown for a request of any method.</summary>
internal abstract class AnyMethodPageModel : PageModel;
