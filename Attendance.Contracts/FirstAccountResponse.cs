namespace Attendance.Contracts;

/// <summary>Web's answer to the AppHost about the first administrator.</summary>
/// <param name="Created">Whether this start of Web created the account.</param>
public sealed record FirstAccountResponse(string UserName, bool Created);
