using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Attendance.Web.Layout;

/// <summary>Converts an exception that ended a request into an answer for the client.</summary>
internal static class Faults
{
    public static int StatusOf(Exception exception) =>
        UnreadableRequest.Is(exception, out var status) ? status.Value
        : DatabaseTrouble.Is(exception) ? StatusCodes.Status503ServiceUnavailable
        : StatusCodes.Status500InternalServerError;

    /// <summary>Returns whether the client caused the exception. Such exceptions are not logged as errors of this service.</summary>
    public static bool IsOfClient(ExceptionHandlerSuppressDiagnosticsContext context) => UnreadableRequest.Is(context.Exception);

    public static Task AnswerProgramAsync(HttpContext context)
    {
        var exception = context.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error;
        var problem = (exception, StatusOf(exception)) switch
        {
            (RequestException invalid, _) => ApiProblems.Invalid(invalid.Errors),
            (_, StatusCodes.Status413PayloadTooLarge) => ApiProblems.TooLarge(),
            (_, StatusCodes.Status415UnsupportedMediaType) => ApiProblems.UnsupportedMediaType(exception.Message),
            (_, StatusCodes.Status503ServiceUnavailable) => ApiProblems.DatabaseUnavailable(),
            (_, StatusCodes.Status500InternalServerError) => ApiProblems.Internal(),
            (_, var status) => ApiProblems.Unreadable(status),
        };
        return problem.ExecuteAsync(context);
    }
}
