using System.Net;
using Attendance.ServiceDefaults;
using Microsoft.AspNetCore.Connections;
using Xunit;

namespace Attendance.Tests.ServiceDefaults;

public sealed class PacedListenerTests
{
    private const int Limit = 3;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_listener_accepts_the_next_connection_when_one_is_closed()
    {
        await using var listener = await new PacedListenerFactory(new Crowd(), Limit).BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Cancel);
        var open = new List<ConnectionContext>();
        for (var number = 0; number < Limit; number++)
        {
            open.Add((await listener.AcceptAsync(Cancel))!);
        }

        var next = listener.AcceptAsync(Cancel).AsTask();
        Assert.False(next.IsCompleted); // the crowd is accepted at once where nobody paces it

        open[0].Abort();
        Assert.NotNull(await next.WaitAsync(TimeSpan.FromSeconds(5), Cancel));
    }

    [Fact]
    public async Task A_full_listener_ends_when_it_is_unbound()
    {
        await using var listener = await new PacedListenerFactory(new Crowd(), Limit).BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Cancel);
        for (var number = 0; number < Limit; number++)
        {
            await listener.AcceptAsync(Cancel);
        }

        var next = listener.AcceptAsync(Cancel).AsTask();
        await listener.UnbindAsync(Cancel);

        Assert.Null(await next.WaitAsync(TimeSpan.FromSeconds(5), Cancel));
    }

    /// <summary>A listener that always has another connection to accept.</summary>
    private sealed class Crowd : IConnectionListenerFactory, IConnectionListener
    {
        public EndPoint EndPoint => new IPEndPoint(IPAddress.Loopback, 0);

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(this);

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<ConnectionContext?>(new Caller());

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Caller : DefaultConnectionContext
    {
        private readonly CancellationTokenSource _closed = new();

        public override CancellationToken ConnectionClosed => _closed.Token;

        public override void Abort(ConnectionAbortedException abortReason) => _closed.Cancel();
    }
}
