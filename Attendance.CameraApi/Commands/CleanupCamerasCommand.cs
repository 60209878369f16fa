using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Upkeep;

namespace Attendance.CameraApi.Commands;

/// <summary>
/// Frees cameras from any shell. If an API runs, it asks the API, which holds them; otherwise it frees them itself, because nobody holds them.
/// </summary>
internal static class CleanupCamerasCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(Uri url, bool force, bool dryRun, CancellationToken cancellationToken)
    {
        await using var services = CommandServices.Build();
        try
        {
            using var api = new ApiClient(url, services.GetRequiredService<IConfiguration>()["Security:ApiKey"]);
            var answer = await api.PostAsync<CleanupResponse>("/api/camera/cleanup", new CleanupRequest { Force = force, DryRun = dryRun }, cancellationToken);
            IReadOnlyList<Row> rows = answer is not null
                ? [.. answer.Released.Select(camera => new Row(camera.CameraId, dryRun ? "would be released" : "released", camera.Reason)),
                   .. answer.Failed.Select(camera => new Row(camera.CameraId, "not free", camera.Cause))]
                : [.. await EndOrphansAsync(dryRun, cancellationToken), .. await SettleStoreAsync(services, force, dryRun)];
            if (answer is null)
            {
                Console.Error.WriteLine($"No API answers at {url}; cleaned up without it.");
            }

            return Report(rows, dryRun);
        }
        catch (CommandException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }

    private static int Report(IReadOnlyList<Row> rows, bool dryRun)
    {
        if (rows.Count == 0)
        {
            Console.WriteLine("Nothing to release.");
            return 0;
        }

        Table.Write(Console.Out, ["CAMERA", "RESULT", "REASON"], [.. rows.Select(row => new[] { row.Camera, row.Result, row.Reason })]);
        return dryRun || rows.Any(row => row.Result == "not free") ? 1 : 0;
    }

    /// <summary>Ends the workers on this machine whose API is gone, or only lists them in a dry run.</summary>
    private static async Task<IReadOnlyList<Row>> EndOrphansAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var rows = new List<Row>();
        foreach (var orphan in OrphanWorkers.Find())
        {
            var isGone = !dryRun && await orphan.KillAsync(s_patience, cancellationToken);
            rows.Add(new Row($"worker {orphan.Id}", dryRun ? "would be ended" : isGone ? "ended" : "not free", "its API is gone"));
        }

        return rows;
    }

    /// <summary>
    /// Settles the leases that the store still has for this node, or only lists them in a dry run: all of them with
    /// <paramref name="force"/>, otherwise the overdue ones.
    /// </summary>
    private static async Task<IReadOnlyList<Row>> SettleStoreAsync(ServiceProvider services, bool force, bool dryRun)
    {
        try
        {
            var store = services.GetRequiredService<LeaseStore>();
            var end = new LeaseEnd(force ? ReleaseReason.Forced : ReleaseReason.Expired);
            var rows = new List<Row>();
            foreach (var scope in services.GetRequiredService<CameraCatalog>().SharedScopes.Prepend(null).Select(name => store.ForScope(name)))
            {
                foreach (var cameraId in force ? await scope.FindHeldAsync() : await scope.FindOverdueAsync(limit: 1000))
                {
                    IReadOnlyList<string?> leaseIds = force ? [.. (await scope.ReadAsync(cameraId)).Select(found => found.Lease.LeaseId)] : [null];
                    foreach (var leaseId in leaseIds)
                    {
                        if (dryRun || (await scope.SettleAsync(cameraId, end, leaseId)).Count > 0)
                        {
                            rows.Add(new Row(cameraId, dryRun ? "would be released" : "released", end.Reason.Name()));
                        }
                    }
                }
            }

            return rows;
        }
        catch (Exception exception) when (exception is InvalidOperationException or StoreUnavailableException)
        {
            Console.Error.WriteLine($"Nothing was looked for in the session store. {exception.Message}");
            return [];
        }
    }

    private sealed record Row(string Camera, string Result, string Reason);
}
