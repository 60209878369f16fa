using System.Text.Json;
using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Alerts;

/// <summary>
/// Keeps the alerts of each node in the store as JSON: unresolved alerts in a hash by id, the last resolved alerts and the dead letters in
/// lists, newest first. A node writes only its own alerts, except that another node may acknowledge an alert of a node that is lost.
/// </summary>
internal sealed class AlertStore(StoreConnection store, BackgroundStoreWriter writes, IOptions<NodeOptions> node)
{
    public const int HistoryLength = 500;

    /// <summary>The maximum number of nodes whose alerts or dead letters are read at once.</summary>
    public const int MostNodes = 100;

    private const int DeadLetters = 100;

    public void Keep(Alert alert)
    {
        var json = JsonSerializer.Serialize(alert, WireJson.Options);
        writes.Add("alert", alert.State == AlertState.Resolved ? ResolveAsync : database => database.HashSetAsync(Unresolved(alert.Node), alert.Id, json));

        Task ResolveAsync(IDatabase database)
        {
            var change = database.CreateTransaction();
            _ = change.HashDeleteAsync(Unresolved(alert.Node), alert.Id);
            _ = change.ListLeftPushAsync(History(alert.Node), json);
            _ = change.ListTrimAsync(History(alert.Node), 0, HistoryLength - 1);
            return change.ExecuteAsync();
        }
    }

    public void Bury(DeadLetter letter) => writes.AddToList("dead_letter", Dead(node.Value.Name), JsonSerializer.Serialize(letter, WireJson.Options), DeadLetters);

    /// <param name="of">The node whose alerts to read; null for this node.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<Alert>> ReadUnresolvedAsync(string? of = null) =>
        store.ReadAll<Alert>("alerts", await store.AskAsync("alerts", database => database.HashValuesAsync(Unresolved(of ?? node.Value.Name))));

    /// <param name="of">The node whose alerts to read; null for this node.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<Alert>> ReadHistoryAsync(int limit, string? of = null) =>
        store.ReadAll<Alert>("alerts", await store.AskAsync("alerts", database => database.ListRangeAsync(History(of ?? node.Value.Name), 0, limit - 1)));

    /// <summary>Reads the dead letters of several nodes, newest first. It returns at most as many as one node keeps.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(IEnumerable<string> nodes)
    {
        var lists = await store.AskAsync("dead_letters", database => Task.WhenAll(nodes.Select(async name =>
            store.ReadAll<DeadLetter>("dead_letters", await database.ListRangeAsync(Dead(name))).Select(letter => letter with { Node = name }))));
        return [.. lists.SelectMany(letters => letters).OrderByDescending(letter => letter.At).Take(DeadLetters)];
    }

    private static RedisKey Unresolved(string node) => $"attendance:{{{node}}}:alerts";

    private static RedisKey History(string node) => $"attendance:{{{node}}}:alerts:history";

    private static RedisKey Dead(string node) => $"attendance:{{{node}}}:alerts:dead";
}
