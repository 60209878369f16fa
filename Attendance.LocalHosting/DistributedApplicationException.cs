namespace Attendance.LocalHosting;

/// <summary>The application cannot run as asked; the message says what to change.</summary>
public sealed class DistributedApplicationException(string message) : Exception(message);
