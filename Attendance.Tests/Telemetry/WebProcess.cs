using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;

namespace Attendance.Tests.Telemetry;

/// <summary>Web in a process of its own, on a free port, with a database that goes with it.</summary>
internal sealed class WebProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("attendance-web-");
    private readonly ServerProcess _process;

    private WebProcess(Uri address, IReadOnlyDictionary<string, string> environment, string[] settings)
    {
        _process = ServerProcess.Start(
            Path.Combine(AppContext.BaseDirectory, "Attendance.Web"),
            [$"--urls={address}", $"--webroot={Repository.PathOf("Attendance.Web", "wwwroot")}", $"--Data:Folder={_data.FullName}", "--Logging:Console:LogLevel:Default=None", .. settings],
            new Dictionary<string, string>(environment)
            {
                ["Security__ApiKey"] = TestSecrets.ApiKey,
                ["DataProtection__Secret"] = TestSecrets.DataProtection,
                ["Services__camera-api__http__0"] = "http://127.0.0.1:1",
            });
        Http = new HttpClient { BaseAddress = address };
    }

    public HttpClient Http { get; }

    public int Pid => _process.Id;

    public static Task<WebProcess> StartAsync(params string[] settings) => StartAsync(new Dictionary<string, string>(), settings);

    /// <param name="environment">Variables of the process besides its secrets.</param>
    public static async Task<WebProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] settings)
    {
        var web = new WebProcess(new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}"), environment, settings);
        await web._process.HealthyAsync(web.Http, s_patience, "Web is healthy");
        return web;
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public Task<int> StopAsync() => _process.SignalAsync("TERM", s_patience);

    /// <summary>Kills it with SIGKILL, so that it can finish nothing.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
