using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Attendance.Web.Layout;

/// <summary>Says what an exception that ended a request means to whoever sent it.</summary>
internal static class Faults
{
    public static int StatusOf(Exception exception) =>
        UnreadableRequest.Is(exception, out var status) ? status.Value
        : DatabaseTrouble.Is(exception) ? StatusCodes.Status503ServiceUnavailable
        : StatusCodes.Status500InternalServerError;

    /// <summary>What a client did wrong is no error of this service.</summary>
    public static bool IsOfClient(ExceptionHandlerSuppressDiagnosticsContext context) => UnreadableRequest.Is(context.Exception);

    public static Task AnswerProgramAsync(HttpContext context)
    {
        var exception = context.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error;
        var problem = StatusOf(exception) switch
        {
            StatusCodes.Status413PayloadTooLarge => ApiProblems.TooLarge(),
            StatusCodes.Status503ServiceUnavailable => ApiProblems.DatabaseUnavailable(context),
            StatusCodes.Status500InternalServerError => ApiProblems.Internal(),
            var status => ApiProblems.Unreadable(status),
        };
        return problem.ExecuteAsync(context);
    }
}
