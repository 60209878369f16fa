using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Attendance.ServiceDefaults;

/// <summary>Tells what a client sent wrongly from a fault of ours, by the exception that reading it ended with.</summary>
public static class UnreadableRequest
{
    /// <param name="exception">What ended a request.</param>
    /// <param name="status">What it is answered with.</param>
    public static bool Is(Exception exception, [NotNullWhen(true)] out int? status)
    {
        status = exception switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            IOException { InnerException: OverflowException } => StatusCodes.Status400BadRequest, // a chunk longer than any: the server has no other word for it
            _ => null,
        };
        return status is not null;
    }

    public static bool Is(Exception exception) => Is(exception, out _);
}
