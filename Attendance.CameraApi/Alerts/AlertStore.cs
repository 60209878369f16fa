using System.Text.Json;
using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.CameraApi.Http;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Nodes;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Alerts;

/// <summary>
/// The alerts of this node in the store: the open ones in a hash by their ids, the last resolved ones and the dead letters in
/// lists, newest first. All as JSON.
/// </summary>
internal sealed class AlertStore(StoreConnection store, StoreWrites writes, IOptions<NodeOptions> node)
{
    public const int HistoryLength = 500;
    private const int DeadLetters = 100;

    private readonly string _prefix = $"attendance:{{{node.Value.Name}}}:alerts";

    private RedisKey Unresolved => _prefix;

    private RedisKey History => _prefix + ":history";

    private RedisKey Dead => _prefix + ":dead";

    public void Keep(Alert alert)
    {
        var json = JsonSerializer.Serialize(alert, JsonBody.Options);
        writes.Add("alert", alert.State == AlertState.Resolved ? ResolveAsync : database => database.HashSetAsync(Unresolved, alert.Id, json));

        Task ResolveAsync(IDatabase database)
        {
            var change = database.CreateTransaction();
            _ = change.HashDeleteAsync(Unresolved, alert.Id);
            _ = change.ListLeftPushAsync(History, json);
            _ = change.ListTrimAsync(History, 0, HistoryLength - 1);
            return change.ExecuteAsync();
        }
    }

    public void Bury(DeadLetter letter) => writes.AddToList("dead_letter", Dead, JsonSerializer.Serialize(letter, JsonBody.Options), DeadLetters);

    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public async Task<IReadOnlyList<Alert>> ReadUnresolvedAsync() =>
        Read<Alert>(await store.AskAsync("alerts", database => database.HashValuesAsync(Unresolved)));

    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public async Task<IReadOnlyList<Alert>> ReadHistoryAsync(int limit) =>
        Read<Alert>(await store.AskAsync("alerts", database => database.ListRangeAsync(History, 0, limit - 1)));

    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public async Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync() =>
        Read<DeadLetter>(await store.AskAsync("dead_letters", database => database.ListRangeAsync(Dead)));

    private static T[] Read<T>(RedisValue[] values) =>
        Array.ConvertAll(values, value => JsonSerializer.Deserialize<T>(value.ToString(), JsonBody.Options)!);
}
