using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Telemetry;

/// <summary>A real Prometheus that asks the camera API every second, with the rules that are shipped. It ends with the test.</summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    public const string Missing = "Prometheus is not installed (Debian: apt-get install prometheus).";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DirectoryInfo _folder;
    private readonly ServerProcess _guard;
    private readonly HttpClient _client = new();

    private PrometheusServer(DirectoryInfo folder)
    {
        _folder = folder;
        string[] command = ServerProcess.Guarded(
            folder.FullName, "prometheus", $"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data", "--web.listen-address=127.0.0.1:0");
        _guard = ServerProcess.Start(command[0], command[1..], heard: Hear);
    }

    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "prometheus")) && File.Exists(Path.Combine(folder, "promtool")));

    /// <summary>The files that are shipped.</summary>
    public static string Shipped { get; } = Path.Combine(Path.GetDirectoryName(TelemetryDocument.Path)!, "prometheus");

    /// <summary>Skips the test where there is no Prometheus.</summary>
    public static async Task<PrometheusServer> StartAsync(Uri cameraApi, string apiKey, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(IsInstalled, Missing);
        var folder = Directory.CreateTempSubdirectory("attendance-prometheus-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "api-key"), apiKey, cancellationToken);
        File.Copy(Path.Combine(Shipped, "attendance.rules.yml"), Path.Combine(folder.FullName, "attendance.rules.yml"));
        var shipped = await File.ReadAllTextAsync(Path.Combine(Shipped, "prometheus.yml"), cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "prometheus.yml"),
            shipped.Replace("15s", "1s", StringComparison.Ordinal).Replace("[localhost:5081]", $"['{cameraApi.Authority}']", StringComparison.Ordinal),
            cancellationToken);
        var server = new PrometheusServer(folder);
        try
        {
            server._client.BaseAddress = await server._address.Task.WaitAsync(s_patience, cancellationToken);
            await Eventually.TrueAsync(() => server.IsReadyAsync(cancellationToken), s_patience, "Prometheus is ready");
            await server.UntilAsync("up == 1", cancellationToken);
            return server;
        }
        catch (Exception exception)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"Prometheus does not do its work:\n{server._guard.Output}", exception);
        }
    }

    /// <summary>Evaluates an expression and returns each result with its labels and value.</summary>
    public async Task<IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, double Value)>> QueryAsync(string expression, CancellationToken cancellationToken)
    {
        var data = await AskAsync($"api/v1/query?query={Uri.EscapeDataString(expression)}", cancellationToken);
        return
        [
            .. data.GetProperty("result").EnumerateArray().Select(one => (
                Texts(one.GetProperty("metric")),
                double.Parse(one.GetProperty("value")[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture))),
        ];
    }

    /// <summary>Labels of the alerts that are firing.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> FiringAsync(CancellationToken cancellationToken) =>
    [
        .. (await AskAsync("api/v1/alerts", cancellationToken)).GetProperty("alerts").EnumerateArray()
            .Where(one => one.GetProperty("state").GetString() == "firing").Select(one => Texts(one.GetProperty("labels"))),
    ];

    /// <summary>Waits until an expression yields something.</summary>
    public Task<TimeSpan> UntilAsync(string expression, CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () => (await QueryAsync(expression, cancellationToken)).Count > 0, s_patience, expression);

    /// <summary>Waits until an alert fires, and says how long that took.</summary>
    public Task<TimeSpan> UntilFiresAsync(string alert, TimeSpan bound, CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () => (await FiringAsync(cancellationToken)).Any(labels => labels["alertname"] == alert), bound, $"{alert} fires");

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _guard.FinishAsync(s_patience); // also deletes its folder
        if (Directory.Exists(_folder.FullName))
        {
            _folder.Delete(recursive: true);
        }
    }

    /// <summary>Whether the server answers; it listens before that.</summary>
    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var answer = await _client.GetAsync(new Uri("-/ready", UriKind.Relative), cancellationToken);
        return answer.IsSuccessStatusCode;
    }

    private async Task<JsonElement> AskAsync(string target, CancellationToken cancellationToken)
    {
        using var answer = await _client.GetAsync(new Uri(target, UriKind.Relative), cancellationToken);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        return body.RootElement.TryGetProperty("data", out var data) ? data.Clone() : throw new InvalidOperationException(body.RootElement.ToString());
    }

    private void Hear(string line)
    {
        if (Listening().Match(line) is { Success: true } found)
        {
            _address.TrySetResult(new Uri($"http://{found.Groups["address"].Value}/"));
        }
    }

    private static Dictionary<string, string> Texts(JsonElement map) => map.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!);

    [GeneratedRegex(@"""Listening on"".*address=(?<address>127\.0\.0\.1:[1-9]\d*)")]
    private static partial Regex Listening();
}
