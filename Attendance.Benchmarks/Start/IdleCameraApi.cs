using Attendance.Benchmarks.Processes;

namespace Attendance.Benchmarks.Start;

/// <summary>A camera-api with cameras that nobody uses.</summary>
internal static class IdleCameraApi
{
    public const int Cameras = 16;

    /// <param name="variables">Variables of its environment besides, such as <c>DOTNET_gcServer</c>.</param>
    public static Task<CameraApiServer> StartAsync(RedisServer redis, CancellationToken cancellationToken, params IEnumerable<KeyValuePair<string, string>> variables) =>
        CameraApiServer.StartAsync(
            redis,
            "bench",
            Enumerable.Range(1, Cameras).Select(camera => KeyValuePair.Create($"Cameras:camera-{camera}:Source", "test-pattern")).Concat(variables).ToDictionary(),
            cancellationToken);
}
