using Attendance.Web.Http;

namespace Attendance.Web.Layout;

/// <summary>What is not there or went wrong is a page for people and a problem document for programs.</summary>
internal static class ErrorPages
{
    public static void UseErrorPages(this WebApplication app)
    {
        app.UseWhen(IsApi, api =>
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
        app.UseWhen(context => !IsApi(context), pages =>
        {
            // In a scope of its own, because whoever asks is looked at anew for the page: what failed while doing so, as with the
            // database gone, would be remembered and fail again.
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

    private static bool IsApi(HttpContext context) => context.Request.Path.StartsWithSegments("/api");
}
