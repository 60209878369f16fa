using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// This node's heartbeat, and its claim to its name. Of all processes with the same name one owns it, and the store records
/// which. The name is taken from another process only if that one is gone. If another live process owns the name, this one
/// stops; two nodes of one name would end each other's leases.
/// </summary>
internal sealed partial class ThisNode(
    NodeStore nodeStore,
    Peers peers,
    NodeAddress address,
    CameraCatalog catalog,
    CameraLeases leases,
    IOptions<NodeOptions> options,
    TimeProvider clock,
    ILogger<ThisNode> logger) : INodeName
{
    /// <summary>A live node has sent another heartbeat by then, even if one is late.</summary>
    private static readonly TimeSpan s_watched = NodeRegistry.Beat * 2;

    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(1);

    private volatile bool _hasName;
    private volatile bool _hadName;

    public string Name => options.Value.Name;

    /// <summary>Identifies this run of the process.</summary>
    public string Instance { get; } = Guid.NewGuid().ToString("N")[..8];

    public DateTime StartedAt { get; } = clock.GetUtcNow().UtcDateTime;

    /// <summary><see cref="StartedAt"/> in milliseconds since 1970.</summary>
    public long StartedMilliseconds => new DateTimeOffset(StartedAt).ToUnixTimeMilliseconds();

    /// <summary>Sends a heartbeat. While another process owns the name, nothing is recorded and that process is returned.</summary>
    /// <exception cref="StoreUnavailableException">The store did not confirm the heartbeat.</exception>
    public async Task<HeartbeatReply> HeartbeatAsync(string? insteadOf = null)
    {
        var heard = await nodeStore.HeartbeatAsync(
            new NodeEntry(
                Name,
                Instance,
                address.Value,
                StartedMilliseconds,
                catalog.List().Count,
                leases.LiveCount,
                catalog.SharedScopes,
                clock.GetUtcNow().ToUnixTimeMilliseconds(),
                SeenAt: 0),
            LostNodes.Silence,
            insteadOf);
        _hasName = heard.Holder is null;
        _hadName |= _hasName;
        return heard;
    }

    /// <summary>
    /// Makes sure that this process owns its name, before anything in the store that depends on the name is touched. Succeeds at
    /// once if nobody owns the name or its owner refuses connections, as after a crash. Takes a few seconds if that cannot be told.
    /// </summary>
    /// <exception cref="NodeNameTakenException">Another live process owns the name.</exception>
    /// <exception cref="StoreUnavailableException">The owner is not known because the store does not answer; call again.</exception>
    public async Task ClaimAsync(CancellationToken cancellationToken)
    {
        for (string? gone = null; !_hasName && (await HeartbeatAsync(gone)).Holder is { } holder; gone = holder.Instance)
        {
            LogAnothers(Name, holder.Instance, holder.Address);
            if (await IsAliveAsync(holder, cancellationToken))
            {
                throw new NodeNameTakenException(Name, holder.Address);
            }
        }
    }

    private async Task<bool> IsAliveAsync(NodeEntry holder, CancellationToken cancellationToken)
    {
        try
        {
            if (holder.Address is { } there && await AskAsync(there, cancellationToken) is { } answer)
            {
                return answer.Node == Name && answer.Instance != Instance;
            }
        }
        catch (HttpRequestException exception) when (!_hadName && IsRefused(exception))
        {
            return false;
        }

        await Task.Delay(s_watched, clock, cancellationToken);
        return await nodeStore.FindAsync(Name) is { } later && later.Instance == holder.Instance && later.SeenAt != holder.SeenAt;
    }

    /// <returns>The answer, or null if none that can be understood arrives in time.</returns>
    private async Task<NodeInstance?> AskAsync(Uri there, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_answer, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(there, NodeEndpoints.NamePath))
        {
            Content = JsonContent.Create(new NodeInstance(Name, Instance), options: WireJson.Options),
        };
        try
        {
            using var response = await peers.SendAsync(request, either.Token);
            return response.StatusCode == HttpStatusCode.OK
                ? await response.Content.ReadFromJsonAsync<NodeInstance>(WireJson.Options, either.Token)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or OperationCanceledException || (exception is HttpRequestException failed && !IsRefused(failed)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static bool IsRefused(HttpRequestException exception) =>
        exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    [LoggerMessage(LogLevel.Warning, "The session store has another process as node {Node}: {Instance} at {Address}. Checking whether it is alive")]
    private partial void LogAnothers(string node, string instance, Uri? address);
}

/// <summary>The node name and instance that a process claims.</summary>
internal sealed record NodeInstance(string Node, string Instance);
