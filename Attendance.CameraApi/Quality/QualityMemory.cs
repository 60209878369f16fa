using System.Text.Json;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Quality;

/// <summary>Keeps the quality of cameras in the session store, so that it is still known after a restart. Nothing depends on it.</summary>
internal sealed class QualityMemory(
    CameraQuality quality, StoreConnection store, BackgroundStoreWriter writes, IOptions<NodeOptions> node, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private string Key => $"attendance:{{{node.Value.Name}}}:quality";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await TryRecallAsync())
        {
            await Task.Delay(s_pause, clock, stoppingToken);
        }

        quality.Changed += Write; // only now; otherwise, the little that is known so far would replace what was stored
    }

    public override void Dispose()
    {
        quality.Changed -= Write;
        base.Dispose();
    }

    private void Write(string cameraId, KeptQuality kept) => writes.Add(
        "quality", database => database.HashSetAsync(Key, cameraId, JsonSerializer.Serialize(kept, JsonSerializerOptions.Web)));

    private async Task<bool> TryRecallAsync()
    {
        try
        {
            foreach (var entry in await store.AskAsync("quality", database => database.HashGetAllAsync(Key)))
            {
                if (Read(entry.Value.ToString()) is { } kept)
                {
                    quality.Recall(entry.Name.ToString(), kept);
                }
            }

            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    /// <returns>The stored quality, or null if another version has written it, which is no loss.</returns>
    private static KeptQuality? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<KeptQuality>(json, JsonSerializerOptions.Web) is { Failures: not null } kept ? kept : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
