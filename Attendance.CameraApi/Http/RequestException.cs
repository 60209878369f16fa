namespace Attendance.CameraApi.Http;

/// <summary>What was sent cannot be understood. <paramref name="errors"/> names each field, as the sender wrote it.</summary>
internal sealed class RequestException(IReadOnlyDictionary<string, string[]> errors) : Exception("The request is not valid.")
{
    public RequestException(string field, string error) : this(new Dictionary<string, string[]> { [field] = [error] })
    {
    }

    public IReadOnlyDictionary<string, string[]> Errors => errors;
}
