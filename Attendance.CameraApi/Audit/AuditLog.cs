using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Audit;

/// <param name="Id">Distinguishes entries of the same moment.</param>
/// <param name="Node">The node on which the action was done.</param>
/// <param name="CameraId">The camera, or null if the action concerns several cameras or none.</param>
/// <param name="By">The id of an account, or the name of a service; not a person's name.</param>
/// <param name="Why">The reason in the operator's own words. It is kept but not logged.</param>
internal sealed record AuditEntry(string Id, DateTime At, string Node, string Action, string? CameraId, string By, string? Why, string Result)
{
    [JsonIgnore]
    public AuditPosition Position => new(At.Ticks, Id);
}

/// <summary>The position at which a page of the audit ended. Entries that are written in the meantime do not shift it.</summary>
internal readonly record struct AuditPosition(long Ticks, string Id) : IComparable<AuditPosition>
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ticks}-{Id}");

    public static AuditPosition? Parse(string text) =>
        text.Split('-') is [var ticks, { Length: > 0 } id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new AuditPosition(number, id)
            : null;

    public int CompareTo(AuditPosition other) =>
        Ticks.CompareTo(other.Ticks) is not 0 and var byTime ? byTime : string.CompareOrdinal(Id, other.Id);

    public static bool operator <(AuditPosition left, AuditPosition right) => left.CompareTo(right) < 0;

    public static bool operator <=(AuditPosition left, AuditPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >(AuditPosition left, AuditPosition right) => left.CompareTo(right) > 0;

    public static bool operator >=(AuditPosition left, AuditPosition right) => left.CompareTo(right) >= 0;
}

/// <summary>The last 1000 actions of operators on all nodes. All nodes share one list, so it is complete even for a node that is lost.</summary>
internal sealed partial class AuditLog(
    StoreConnection store, BackgroundStoreWriter writes, CameraEvents events, IOptions<NodeOptions> node, TimeProvider clock, ILogger<AuditLog> logger)
{
    public const int Length = 1000;

    private static readonly RedisKey s_key = "attendance:audit";

    public void Add(string action, string? cameraId, string by, string? why, string result)
    {
        var entry = new AuditEntry(
            Guid.NewGuid().ToString("N")[..8], clock.GetUtcNow().UtcDateTime, node.Value.Name, action, cameraId, by, why, result);
        writes.AddToList("audit", s_key, JsonSerializer.Serialize(entry, WireJson.Options), Length);
        events.TellAction(cameraId, action, entry);
        LogDone(action, cameraId ?? "", by, result);
    }

    /// <summary>
    /// Reads the entries, newest first, by the time of the action, so that an entry that had to wait for the store is in its proper place.
    /// The whole list is read, because it is short.
    /// </summary>
    /// <param name="after">The position after which to start, or null for the beginning.</param>
    /// <param name="of">The node whose entries to read, or null for all nodes.</param>
    /// <returns>The entries and the position from which to read the next page, which is null at the end.</returns>
    /// <exception cref="StoreUnavailableException">The entries cannot be read.</exception>
    public async Task<(IReadOnlyList<AuditEntry> Items, string? Next)> ReadAsync(int limit, AuditPosition? after = null, string? of = null)
    {
        var all = store.ReadAll<AuditEntry>("audit", await store.AskAsync("audit", database => database.ListRangeAsync(s_key)));
        var left = all.Where(entry => (of is null || entry.Node == of) && (after is not { } last || entry.Position < last))
            .OrderByDescending(entry => entry.Position).ToList();
        IReadOnlyList<AuditEntry> items = [.. left.Take(limit)];
        return (items, items.Count < left.Count ? items[^1].Position.ToString() : null);
    }

    [LoggerMessage(LogLevel.Information, "Ops: {Action} {CameraId} by {By}: {Result}")]
    private partial void LogDone(string action, string cameraId, string by, string result);
}
