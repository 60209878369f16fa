namespace Attendance.ServiceDefaults;

/// <summary>
/// Tells the first failure of a row from its repetitions, so that what is tried again and again is logged when it begins to fail, when
/// it fails for another cause, and when it works again, and not at every attempt.
/// </summary>
public sealed class RepeatedFailure
{
    private string? _cause;

    public bool IsNew(string cause) => Interlocked.Exchange(ref _cause, cause) != cause;

    public bool IsNew(Exception exception) => IsNew($"{exception.GetType().FullName}: {exception.Message}");

    /// <returns>Whether it had failed before.</returns>
    public bool IsOver() => Interlocked.Exchange(ref _cause, null) is not null;
}
