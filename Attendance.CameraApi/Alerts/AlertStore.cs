using System.Text.Json;
using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Alerts;

/// <summary>
/// The alerts of each node in the store: the open ones in a hash by their ids, the last resolved ones and the dead letters in
/// lists, newest first. All as JSON. A node writes its own; only of one that is lost others may say that somebody sees to it.
/// </summary>
internal sealed class AlertStore(StoreConnection store, StoreWrites writes, IOptions<NodeOptions> node)
{
    public const int HistoryLength = 500;

    /// <summary>Of more nodes than this it is not asked at once.</summary>
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

    /// <param name="of">Null for this node.</param>
    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public async Task<IReadOnlyList<Alert>> ReadUnresolvedAsync(string? of = null) =>
        store.ReadAll<Alert>("alerts", await store.AskAsync("alerts", database => database.HashValuesAsync(Unresolved(of ?? node.Value.Name))));

    /// <param name="of">Null for this node.</param>
    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public async Task<IReadOnlyList<Alert>> ReadHistoryAsync(int limit, string? of = null) =>
        store.ReadAll<Alert>("alerts", await store.AskAsync("alerts", database => database.ListRangeAsync(History(of ?? node.Value.Name), 0, limit - 1)));

    /// <summary>Newest first, as many as each node keeps.</summary>
    /// <exception cref="StoreUnavailableException">Not known.</exception>
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
