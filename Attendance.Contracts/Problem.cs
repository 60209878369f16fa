using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Attendance.Contracts;

/// <summary>An RFC 9457 problem with a <c>code</c> of <see cref="ProblemCodes"/>, and <c>Retry-After</c> if waiting helps.</summary>
public sealed class Problem(int status, string code, string title) : IResult
{
    public string Title { get; } = title;

    public string? Detail { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public IReadOnlyDictionary<string, object?> Extensions { get; init; } = new Dictionary<string, object?>();

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (RetryAfter is { } wait)
        {
            httpContext.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return TypedResults.Problem(ToDetails()).ExecuteAsync(httpContext);
    }

    private ProblemDetails ToDetails()
    {
        var details = new ProblemDetails
        {
            Status = status, Type = $"/problems/{code.Replace('_', '-')}", Title = Title, Detail = Detail,
        };
        details.Extensions["code"] = code;
        foreach (var (name, value) in Extensions)
        {
            details.Extensions[name] = value;
        }

        return details;
    }
}
