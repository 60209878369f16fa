namespace Attendance.CameraApi.Http;

/// <summary>The request is not valid. <paramref name="errors"/> lists the errors by field, under the name that the sender used.</summary>
internal sealed class RequestException(IReadOnlyDictionary<string, string[]> errors) : Exception("The request is not valid.")
{
    public RequestException(string field, string error) : this(new Dictionary<string, string[]> { [field] = [error] })
    {
    }

    public IReadOnlyDictionary<string, string[]> Errors => errors;
}
