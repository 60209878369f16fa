using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.ServiceDefaults;

/// <summary>One of our services in a process of its own, which may have few descriptors open.</summary>
internal sealed class LimitedProcess : IAsyncDisposable
{
    private readonly StringBuilder _log = new();
    private readonly Process _process;

    private LimitedProcess(string program, int descriptors, IReadOnlyDictionary<string, string> settings)
    {
        Port = StoreServer.FreePort();
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", "[ \"$0\" = 0 ] || ulimit -n \"$0\" && exec \"$@\"", descriptors.ToString(CultureInfo.InvariantCulture), Path.Combine(AppContext.BaseDirectory, program), $"--urls=http://0.0.0.0:{Port}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += Collect;
        _process.ErrorDataReceived += Collect;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public bool IsRunning => !_process.HasExited;

    public int Open => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<LimitedProcess> StartAsync(string program, int descriptors, IReadOnlyDictionary<string, string> settings)
    {
        var process = new LimitedProcess(program, descriptors, settings);
        try
        {
            await Eventually.TrueAsync(
                async () => process.IsRunning ? await process.AskAsync(TimeSpan.FromSeconds(5)) == HttpStatusCode.OK : throw new InvalidOperationException(process.Log),
                TimeSpan.FromSeconds(60), "it is healthy");
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
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

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
    }
}
