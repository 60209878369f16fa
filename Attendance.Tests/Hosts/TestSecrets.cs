namespace Attendance.Tests.Hosts;

/// <summary>The secrets that services are given by tests.</summary>
internal static class TestSecrets
{
    public const string ApiKey = "0123456789abcdef0123456789abcdef";
    public const string DataProtection = "0123456789abcdef0123456789abcdef";
}
