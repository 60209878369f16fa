namespace Attendance.LocalHosting.Running;

/// <summary>One run of a resource, from its start to its end: a process, or a server in this one.</summary>
internal interface IRunning : IAsyncDisposable
{
    /// <summary>Null for what runs in this process.</summary>
    int? ProcessId { get; }

    /// <summary>Completes with the exit code, however the run ended.</summary>
    Task<int> Exited { get; }

    /// <summary>Asks it to end, and makes it end when it does not.</summary>
    Task StopAsync();
}

internal sealed record RunSettings(string AppHostDirectory, string DataDirectory, bool RandomPorts);
