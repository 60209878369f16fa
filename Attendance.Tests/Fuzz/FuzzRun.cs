using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Xunit;

namespace Attendance.Tests.Fuzz;

/// <summary>
/// Sends hostile requests to every endpoint of a service for a while. Request <c>n</c> is made of the seed and <c>n</c> alone, so a
/// failure can be had again: its message has both. <c>./test.sh --fuzz --minutes N --seed S --first N</c>; the minutes are for all services
/// together.
/// </summary>
internal sealed class FuzzRun(Uri address, IServiceProvider services, IReadOnlyList<Asker> askers, ITestOutputHelper output)
{
    private const int AtOnce = 4;
    private const int Services = 3;

    /// <summary>Lines of the log that are shown with a failure.</summary>
    private const int Remembered = 30;

    /// <summary>Problem codes of 5xx answers that are allowed, because the machine or the camera lacks something and not the service.</summary>
    private static readonly string[] s_documented = ["\"camera_unavailable\"", "\"too_many_browser_cameras\"", "\"websocket_required\""];

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly ConcurrentQueue<string> _told = new();

    private readonly IReadOnlyList<RouteEndpoint> _endpoints =
        [.. services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Distinct()];

    public async Task RunAsync()
    {
        var seed = (int)Setting("ATTENDANCE_FUZZ_SEED", Random.Shared.Next());
        var first = (int)Setting("ATTENDANCE_FUZZ_FIRST", 0);
        var bound = TimeSpan.FromMinutes(Setting("ATTENDANCE_FUZZ_MINUTES", 1) / Services);
        Assert.NotEmpty(_endpoints);
        var logs = services.GetFakeLogCollector();
        logs.Clear(); // drops what a new database logs during the start
        var (started, next) = (Stopwatch.GetTimestamp(), first - 1);
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(WorkAsync, Cancel)));
        output.WriteLine($"{next - first} requests to {_endpoints.Count} endpoints; --seed {seed} --first {first}");

        async Task WorkAsync()
        {
            while (Stopwatch.GetElapsedTime(started) < bound)
            {
                var number = Interlocked.Increment(ref next);
                var random = new Random(unchecked((seed * 397) ^ number));
                var endpoint = _endpoints[number % _endpoints.Count];
                var asker = askers[number / _endpoints.Count % askers.Count];
                var request = HostileRequest.Make(random, endpoint, asker);
                var answer = await AskAsync(request);
                var logged = Wrong(logs);
                var wrong = Wrong(request, answer) ?? logged;
                Assert.True(wrong is null, $"--seed {seed} --first {number}: {wrong}\n{logged}\n{Shown(request.Bytes)}\n----\n{answer}\n----\n{string.Join('\n', _told)}");
            }
        }
    }

    /// <returns>What is wrong with the answer; null if nothing is.</returns>
    private static string? Wrong(HostileRequest request, string? answer) => answer switch
    {
        null => "no answer in time",
        "" => request.MayBeUnanswered ? null : "the connection was closed without an answer",
        _ when Status(answer) < 500 => null,
        _ when Status(answer) == 503 && answer.Contains("\nRetry-After: ", StringComparison.OrdinalIgnoreCase) && s_documented.Any(answer.Contains) => null,
        _ => "an error of the server",
    };

    private string? Wrong(FakeLogCollector logs)
    {
        var records = logs.GetSnapshot(clear: true);
        foreach (var record in records)
        {
            _told.Enqueue($"{record.Timestamp:mm:ss.fff} {record.Level} {record.Category}: {record.Message} {record.Exception}".TrimEnd());
            if (_told.Count > Remembered)
            {
                _told.TryDequeue(out _);
            }
        }

        return records.FirstOrDefault(record => record.Level >= LogLevel.Error) is { } error
            ? $"an error in the log, of this request or one at the same time: {error.Category}: {error.Message} {error.Exception}"
            : null;
    }

    /// <returns>The answer, or its beginning where it does not end; empty where the connection was closed, null where nothing came.</returns>
    private async Task<string?> AskAsync(HostileRequest request)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        late.CancelAfter(s_patience);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var (buffer, length) = (new byte[4096], 0);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, address.Port, late.Token);
            await socket.SendAsync(request.Bytes, late.Token);
            if (request.EndsEarly)
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            for (int read; length < buffer.Length && (read = await socket.ReceiveAsync(buffer.AsMemory(length), late.Token)) > 0;)
            {
                length += read;
                if (Encoding.Latin1.GetString(buffer, 0, length) is var text && text.Contains("\r\n\r\n", StringComparison.Ordinal) && Status(text) is < 500 and not 100)
                {
                    break; // the rest of it says nothing more, and some never end
                }
            }
        }
        catch (SocketException)
        {
            // Refused in the middle of what it was sent.
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            return length == 0 ? null : Encoding.Latin1.GetString(buffer, 0, length);
        }

        return Encoding.Latin1.GetString(buffer, 0, length);
    }

    private static int Status(string answer) =>
        answer.Length > 12 && int.TryParse(answer.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 999;

    private static string Shown(byte[] bytes) =>
        string.Concat(Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, 3000)).Select(each => each is '\r' or '\n' || !char.IsControl(each) ? each.ToString() : $"\\x{(int)each:x2}"));

    private static double Setting(string name, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
