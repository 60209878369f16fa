using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Cluster;

/// <summary>Reads the ledger of any camera, regardless of which node has or had it.</summary>
internal sealed class CameraHistory(CameraSlots slots, LeaseStore store, CameraOwners owners, NodeRegistry nodes)
{
    /// <param name="node">The camera's node, or null for any node that has a camera of this id.</param>
    /// <returns>The entries, or null if the camera is unknown. A browser's camera is known only if its ledger has entries.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<LedgerEntry>?> ReadAsync(string cameraId, string? node, int limit)
    {
        if (IdFormats.IsBrowserCamera(cameraId))
        {
            return await store.ForScope(BrowserCamera.Any).ReadLedgerAsync(cameraId, limit) is { Count: > 0 } entries ? entries : null;
        }

        if ((node is null || nodes.IsSelf(node)) && slots.TryGet(cameraId, out var slot))
        {
            return await store.ForScope(slot.Camera.Scope).ReadLedgerAsync(cameraId, limit);
        }

        var owner = IdFormats.IsName(cameraId) && !nodes.IsAlone || nodes.Lost.Any()
            ? (await owners.FindAsync(cameraId)).FirstOrDefault(name => node is null || name == node)
            : null;
        return owner is null ? null : await OfOwnerAsync(cameraId, owner, limit);
    }

    private async Task<IReadOnlyList<LedgerEntry>> OfOwnerAsync(string cameraId, string owner, int limit)
    {
        IReadOnlyList<string> shared = nodes.TryGet(owner, out var entry) ? entry.Scopes : [];
        foreach (var scope in shared.Append(null))
        {
            if (await store.ForScope(scope, owner).ReadLedgerAsync(cameraId, limit) is { Count: > 0 } entries)
            {
                return entries;
            }
        }

        return [];
    }
}
