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
/// What this node says of itself, and its right to do so: of all processes that are called so, one has the name, and the store
/// keeps which. It is taken from another only if that one is gone. Whoever finds it another's, who lives, gives way: two would
/// end each other's leases.
/// </summary>
internal sealed partial class ThisNode(
    NodeBook book,
    Peers peers,
    NodeAddress address,
    CameraCatalog catalog,
    CameraLeases leases,
    IOptions<NodeOptions> options,
    TimeProvider clock,
    ILogger<ThisNode> logger) : INodeName
{
    /// <summary>A node that lives has said so again by then, though one time may be late.</summary>
    private static readonly TimeSpan s_watched = NodeRegistry.Beat * 2;

    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(1);

    private volatile bool _hasName;
    private volatile bool _hadName;

    public string Name => options.Value.Name;

    /// <summary>Of this run.</summary>
    public string Instance { get; } = Guid.NewGuid().ToString("N")[..8];

    public DateTime StartedAt { get; } = clock.GetUtcNow().UtcDateTime;

    /// <summary>The same, since 1970.</summary>
    public long StartedMilliseconds => new DateTimeOffset(StartedAt).ToUnixTimeMilliseconds();

    /// <summary>Says that it is there. As long as another has its name, only that is found out.</summary>
    /// <exception cref="StoreUnavailableException">Not said, as far as anybody knows.</exception>
    public async Task<Heard> SayAsync(string? insteadOf = null)
    {
        var heard = await book.SayAsync(
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
    /// Makes sure that it has its name, before anything in the store that goes by it is touched. At once where nobody had it or
    /// whoever did refuses connections, as after a crash; in a few seconds where that cannot be told.
    /// </summary>
    /// <exception cref="NodeNameTakenException">Another process that lives has it.</exception>
    /// <exception cref="StoreUnavailableException">Not known; call again.</exception>
    public async Task ClaimAsync(CancellationToken cancellationToken)
    {
        for (string? gone = null; !_hasName && (await SayAsync(gone)).Holder is { } holder; gone = holder.Instance)
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
        return await book.FindAsync(Name) is { } later && later.Instance == holder.Instance && later.SeenAt != holder.SeenAt;
    }

    /// <returns>Null where nothing comes that could be understood, in time.</returns>
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

    [LoggerMessage(LogLevel.Warning, "The store has another process as node {Node}: {Instance} at {Address}; it is asked whether it lives")]
    private partial void LogAnothers(string node, string instance, Uri? address);
}

/// <summary>Who a process says that it is.</summary>
internal sealed record NodeInstance(string Node, string Instance);
