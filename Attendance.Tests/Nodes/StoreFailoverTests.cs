using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>Tests two camera APIs whose primary store is killed: the sentinels name its replica, and both follow.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class StoreFailoverTests : IAsyncLifetime
{
    /// <summary>The sentinels' patience, their vote and the clients' next look; Redis promises none of these.</summary>
    private static readonly TimeSpan s_patience = SentinelServers.DownAfter + TimeSpan.FromSeconds(20);

    private readonly SentinelServers _servers = new();
    private readonly List<NodeProcess> _nodes = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _servers.InitializeAsync();
        Assert.SkipWhen(_servers.Missing is not null, _servers.Missing ?? "");
        foreach (var name in (string[])["one", "two"])
        {
            _nodes.Add(NodeProcess.Start(_servers.ConnectionString, name, $"--Cameras:cam-{name}:Source=test-pattern"));
        }

        await Task.WhenAll(_nodes.Select(node => node.HealthyAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _servers.DisposeAsync();
    }

    [Fact]
    public async Task After_a_failover_held_leases_go_on_and_every_node_grants_and_releases_again()
    {
        var (one, two) = (_nodes[0], _nodes[1]);
        await Task.WhenAll(one.KnowsAsync(two), two.KnowsAsync(one));
        var held = await one.AcquireAsync("cam-two", Session());
        await _servers.ReplicatedAsync();

        await _servers.KillPrimaryAsync();
        Assert.Equal("held", await two.StateAsync("cam-two"));
        var other = await GrantedAsync(two, "cam-one");
        await Eventually.TrueAsync(async () => await one.RenewAsync(held) == HttpStatusCode.OK, s_patience, "the lease is renewed at the new primary");

        using (var second = await two.AskAsync("cam-two", Session()))
        {
            Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        }

        await one.ReleaseAsync(held);
        await two.ReleaseAsync(other);
        Assert.Equal("client", await ReasonAsync(one, "cam-two", held));
        Assert.Equal("client", await ReasonAsync(two, "cam-one", other));
        Assert.True((await two.AcquireAsync("cam-two", Session())).FencingToken > held.FencingToken);
    }

    /// <summary>Why the lease ended. A grant whose answer was lost with the primary may have left another entry.</summary>
    private static async Task<string?> ReasonAsync(NodeProcess node, string cameraId, Lease lease) =>
        Assert.Single(await node.HistoryAsync(cameraId), entry => entry.GetProperty("lease_ref").GetString() == lease.Ref).GetProperty("reason").GetString();

    private static async Task<Lease> GrantedAsync(NodeProcess node, string cameraId)
    {
        Lease? granted = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await node.AskAsync(cameraId, Session());
                if (answer.StatusCode == HttpStatusCode.Created)
                {
                    granted = Lease.From(await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel));
                    return true;
                }

                // Until there is a primary, everybody is told so, and when to ask again.
                Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (answer.StatusCode, answer.Headers.RetryAfter is not null));
                return false;
            },
            s_patience,
            $"{node.Name} grants {cameraId} again");
        return granted!;
    }

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");
}
