namespace Attendance.Tests.Hosts;

/// <summary>The secrets that services are given by tests. Nothing else in a test looks like them, so they can be searched for in a log.</summary>
internal static class TestSecrets
{
    public const string ApiKey = "api-key-of-the-tests-7d1f0c93b85e246a";
    public const string DataProtection = "data-key-of-the-tests-a642e58b39c0f1d7";
}
