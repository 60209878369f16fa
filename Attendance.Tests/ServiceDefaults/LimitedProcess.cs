using System.Globalization;
using System.Net;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.ServiceDefaults;

/// <summary>A service in a process of its own with a low limit of open descriptors.</summary>
internal sealed class LimitedProcess : IAsyncDisposable
{
    private readonly ServerProcess _process;

    private LimitedProcess(string program, int descriptors, IReadOnlyDictionary<string, string> settings)
    {
        Port = ServerProcess.FreePort();
        _process = ServerProcess.Start(
            "/bin/sh",
            [
                "-c", "[ \"$0\" = 0 ] || ulimit -n \"$0\" && exec \"$@\"", descriptors.ToString(CultureInfo.InvariantCulture),
                Path.Combine(AppContext.BaseDirectory, program), $"--urls=http://0.0.0.0:{Port}",
            ],
            settings);
    }

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public bool IsRunning => _process.IsRunning;

    public int Open => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    public string Log => _process.Output;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<LimitedProcess> StartAsync(string program, int descriptors, IReadOnlyDictionary<string, string> settings)
    {
        var process = new LimitedProcess(program, descriptors, settings);
        await process._process.ReadyAsync(async () => await process.AskAsync(TimeSpan.FromSeconds(5)) == HttpStatusCode.OK, TimeSpan.FromSeconds(60), "it is healthy");
        return process;
    }

    /// <summary>Asks whether it is healthy, on a connection of its own.</summary>
    /// <returns>Null where the connection was refused.</returns>
    /// <exception cref="OperationCanceledException">There was neither an answer nor a refusal in that time.</exception>
    public async Task<HttpStatusCode?> AskAsync(TimeSpan patience)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        late.CancelAfter(patience);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var response = await client.GetAsync($"http://127.0.0.1:{Port}/health", late.Token);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
