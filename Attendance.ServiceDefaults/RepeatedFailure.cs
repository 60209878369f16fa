namespace Attendance.ServiceDefaults;

/// <summary>
/// Distinguishes the first of several equal failures from its repetitions. With it, something that is retried is logged when it begins to
/// fail, when it fails for another reason, and when it works again, but not at every attempt.
/// </summary>
public sealed class RepeatedFailure
{
    private string? _cause;

    public bool IsNew(string cause) => Interlocked.Exchange(ref _cause, cause) != cause;

    public bool IsNew(Exception exception) => IsNew($"{exception.GetType().FullName}: {exception.Message}");

    /// <returns>Whether there was a failure before.</returns>
    public bool IsOver() => Interlocked.Exchange(ref _cause, null) is not null;
}
