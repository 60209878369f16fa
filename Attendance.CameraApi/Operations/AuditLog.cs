using System.Text.Json;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Http;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Nodes;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Operations;

/// <param name="CameraId">Null for what concerns several, or none.</param>
/// <param name="By">The id of an account, or the name of a service; not a person's name.</param>
/// <param name="Why">In their own words: it is kept, and not logged.</param>
internal sealed record AuditEntry(DateTime At, string Action, string? CameraId, string By, string? Why, string Result);

/// <summary>What ops have done on this node, newest first, the last thousand.</summary>
internal sealed partial class AuditLog(
    StoreConnection store, StoreWrites writes, CameraEvents events, IOptions<NodeOptions> node, TimeProvider clock, ILogger<AuditLog> logger)
{
    public const int Length = 1000;

    private readonly RedisKey _key = $"attendance:{{{node.Value.Name}}}:audit";

    public void Add(string action, string? cameraId, string by, string? why, string result)
    {
        var entry = new AuditEntry(clock.GetUtcNow().UtcDateTime, action, cameraId, by, why, result);
        writes.AddToList("audit", _key, JsonSerializer.Serialize(entry, JsonBody.Options), Length);
        events.Tell(entry);
        LogDone(action, cameraId ?? "", by, result);
    }

    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(int limit) => Array.ConvertAll(
        await store.AskAsync("audit", database => database.ListRangeAsync(_key, 0, limit - 1)),
        value => JsonSerializer.Deserialize<AuditEntry>(value.ToString(), JsonBody.Options)!);

    [LoggerMessage(LogLevel.Information, "Ops: {Action} {CameraId} by {By}: {Result}")]
    private partial void LogDone(string action, string cameraId, string by, string result);
}
