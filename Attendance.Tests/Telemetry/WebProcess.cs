using System.Diagnostics;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Telemetry;

/// <summary>Web in a process of its own, on a free port, with a database that goes with it.</summary>
internal sealed class WebProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("attendance-web-");
    private readonly Process _process;

    private WebProcess(Uri address, string[] settings)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Attendance.Web"), [$"--urls={address}", $"--Data:Folder={_data.FullName}", "--Logging:Console:LogLevel:Default=None", .. settings]);
        start.Environment["Security__ApiKey"] = AttendanceSystem.ApiKey;
        start.Environment["DataProtection__Secret"] = "0123456789abcdef0123456789abcdef";
        start.Environment["Services__camera-api__http__0"] = "http://127.0.0.1:1";
        _process = Process.Start(start)!;
        Http = new HttpClient { BaseAddress = address };
    }

    public HttpClient Http { get; }

    public int Pid => _process.Id;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<WebProcess> StartAsync(params string[] settings)
    {
        var web = new WebProcess(new Uri($"http://127.0.0.1:{StoreServer.FreePort()}"), settings);
        await Eventually.TrueAsync(web.IsHealthyAsync, s_patience, "Web is healthy");
        return web;
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public async Task<int> StopAsync()
    {
        Processes.Signal(Pid, "TERM");
        await _process.WaitForExitAsync(Cancel).WaitAsync(s_patience, Cancel);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_patience);
        }

        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private async Task<bool> IsHealthyAsync()
    {
        Assert.False(_process.HasExited, "Web has ended.");
        try
        {
            using var response = await Http.GetAsync("/health", Cancel);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }
}
