using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Attendance.ServiceDefaults;

/// <summary>Distinguishes an invalid request from an error in this program, by the exception that ended the reading of the request.</summary>
public static class UnreadableRequest
{
    /// <param name="exception">The exception that ended a request.</param>
    /// <param name="status">The HTTP status to answer with, or null if the request was not at fault.</param>
    public static bool Is(Exception exception, [NotNullWhen(true)] out int? status)
    {
        status = exception switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            IOException { InnerException: OverflowException } => StatusCodes.Status400BadRequest, // a chunk size that is too large: the server reports it only in this way
            _ => null,
        };
        return status is not null;
    }

    public static bool Is(Exception exception) => Is(exception, out _);
}
