using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Store;
using Attendance.ServiceDefaults;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace Attendance.CameraApi.Api;

/// <summary>Turns every error into a problem document.</summary>
internal sealed class ProblemHandling : IExceptionHandler
{
    private static readonly TimeSpan s_storeRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_cameraRetry = TimeSpan.FromSeconds(5);

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        await From(exception).ExecuteAsync(httpContext);
        return true;
    }

    public static Problem ForStatus(int status) =>
        new(status, ReasonPhrases.GetReasonPhrase(status).ToLowerInvariant().Replace(' ', '_'), ReasonPhrases.GetReasonPhrase(status));

    private static Problem From(Exception exception) => exception switch
    {
        StoreUnavailableException => new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.StoreUnavailable, "The session store does not answer.")
        {
            Detail = "Nothing was granted or extended. Held cameras are kept until their deadlines.",
            RetryAfter = s_storeRetry,
        },
        CameraUnavailableException unavailable => new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.CameraUnavailable, "The camera failed to open.")
        {
            Detail = unavailable.Failure.Message,
            RetryAfter = s_cameraRetry,
            Extensions = new Dictionary<string, object?> { ["camera_id"] = unavailable.CameraId, ["cause"] = unavailable.Failure.Code },
        },
        RequestException invalid => new(StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, "The request is not valid.")
        {
            Detail = string.Join(" ", invalid.Errors.SelectMany(field => field.Value.Select(error => $"'{field.Key}' {error}"))),
            Extensions = new Dictionary<string, object?> { ["errors"] = invalid.Errors },
        },
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new(StatusCodes.Status413PayloadTooLarge, ProblemCodes.BodyTooLarge, $"A body may have {JsonBody.MaxLength / 1024} KiB at most."),
        _ when UnreadableRequest.Is(exception, out var status) => new(status.Value, ProblemCodes.InvalidRequest, "The request is not valid."),
        _ => new(StatusCodes.Status500InternalServerError, ProblemCodes.InternalError, "An internal error occurred. The log has the details."),
    };
}

internal static class ProblemHandlingRegistration
{
    public static void AddProblemHandling(this IHostApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemHandling>();
        builder.Services.AddWireJson();
    }

    public static void UseProblemHandling(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // A client's mistake, or an expected outage that is logged elsewhere, is not an error of this service.
            SuppressDiagnosticsCallback = context => context.Exception
                is StoreUnavailableException or CameraUnavailableException or OperationCanceledException
                || UnreadableRequest.Is(context.Exception),
        });
        app.UseStatusCodePages(context => ProblemHandling.ForStatus(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
    }
}
