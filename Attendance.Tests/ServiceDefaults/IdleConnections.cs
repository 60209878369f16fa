using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Attendance.Tests.ServiceDefaults;

/// <summary>Opens idle connections from several of this machine's addresses. Separate processes hold them, because one process may not have so many.</summary>
internal sealed class IdleConnections : IAsyncDisposable
{
    private const int MostOfOne = 5000;

    /// <summary>Connections are opened a hundred at a time. If all came at once, the kernel's queue would refuse them and not the server.</summary>
    private const string Script = """
        const net = require('net'), [port, count, first] = process.argv.slice(1).map(Number), held = new Set();
        let begun = 0, settled = 0;
        function next() {
            if (begun === count) return;
            const socket = net.connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${first + begun++ % 4}` });
            held.add(socket);
            let isSettled = false;
            function settle() {
                if (isSettled) return;
                isSettled = true;
                if (++settled === count) console.log('done');
                next();
            }
            socket.on('connect', settle).on('error', settle).on('close', () => { held.delete(socket); settle(); });
        }
        for (let i = 0; i < 100; i++) next();
        """;

    private readonly List<Process> _holders = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the connections. When this returns, each was accepted or refused.</summary>
    public static async Task<IdleConnections> OpenAsync(int port, int count)
    {
        var connections = new IdleConnections();
        try
        {
            for (var first = 2; count > 0; first += 4, count -= MostOfOne)
            {
                string[] arguments = [port.ToString(CultureInfo.InvariantCulture), Math.Min(count, MostOfOne).ToString(CultureInfo.InvariantCulture), first.ToString(CultureInfo.InvariantCulture)];
                connections._holders.Add(Process.Start(new ProcessStartInfo("node", ["-e", Script, .. arguments]) { RedirectStandardOutput = true })!);
            }

            foreach (var holder in connections._holders)
            {
                Assert.Equal("done", await holder.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromMinutes(2), Cancel));
            }

            return connections;
        }
        catch
        {
            await connections.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var holder in _holders)
        {
            if (!holder.HasExited)
            {
                holder.Kill();
                await holder.WaitForExitAsync(CancellationToken.None);
            }

            holder.Dispose();
        }

        _holders.Clear();
    }
}
