using Microsoft.AspNetCore.Http;

namespace Attendance.Contracts;

/// <summary>The request is not valid. <paramref name="errors"/> lists the errors by field, under the name that the sender used.</summary>
public sealed class RequestException(IReadOnlyDictionary<string, string[]> errors) : BadHttpRequestException("The request is not valid.")
{
    public RequestException(string field, string error) : this(new Dictionary<string, string[]> { [field] = [error] })
    {
    }

    public IReadOnlyDictionary<string, string[]> Errors => errors;

    /// <exception cref="RequestException">There is an error.</exception>
    public static void ThrowIfAny(IReadOnlyDictionary<string, string[]> errors)
    {
        if (errors.Count > 0)
        {
            throw new RequestException(errors);
        }
    }
}
