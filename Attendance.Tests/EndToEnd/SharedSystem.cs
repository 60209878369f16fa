using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>One system for all tests that leave it as they found it: running, and with no camera held.</summary>
[CollectionDefinition(Name)]
public sealed class SharedSystem : IAsyncLifetime, ICollectionFixture<SharedSystem>
{
    public const string Name = "System";

    public AttendanceSystem System { get; private set; } = null!;

    public async ValueTask InitializeAsync() => System = await AttendanceSystem.StartAsync(
        CancellationToken.None, "--Cameras:second:Source=test-pattern", "--Cameras:nowhere:Source=file:does/not/exist.avi");

    public ValueTask DisposeAsync() => System?.DisposeAsync() ?? default;
}
