using Attendance.Web.Http;

namespace Attendance.Web.Layout;

/// <summary>Answers errors and missing addresses with a page for people and a problem document for programs.</summary>
internal static class ErrorPages
{
    public static void UseErrorPages(this WebApplication app)
    {
        app.UseWhen(context => context.Request.IsApi(), api =>
        {
            api.UseExceptionHandler(new ExceptionHandlerOptions
            {
                ExceptionHandler = Faults.AnswerProgramAsync,
                SuppressDiagnosticsCallback = Faults.IsOfClient,
            });
            api.UseStatusCodePages(context => context.HttpContext.Response.StatusCode == StatusCodes.Status404NotFound
                ? ApiProblems.NotFound().ExecuteAsync(context.HttpContext)
                : Task.CompletedTask);
        });
        app.UseWhen(context => !context.Request.IsApi(), pages =>
        {
            // The error page needs a scope of its own, because the user is looked up again for it. In the same scope, a lookup that failed
            // (for example because the database is down) would be cached and fail again.
            pages.UseExceptionHandler(new ExceptionHandlerOptions
            {
                ExceptionHandlingPath = "/trouble/500",
                CreateScopeForErrors = true,
                StatusCodeSelector = Faults.StatusOf,
                SuppressDiagnosticsCallback = Faults.IsOfClient,
            });
            pages.UseStatusCodePagesWithReExecute("/trouble/{0}");
        });
    }
}
