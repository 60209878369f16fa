using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Attendance.Benchmarks.Processes;

/// <summary>Web as a process of its own, with its default settings except those given here, and a client in which its administrator is signed in.</summary>
internal sealed partial class WebServer : IAsyncDisposable
{
    private const string Password = "the password of the benchmarks", Second = "another password of the benchmarks";
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(4);

    private readonly ChildProcess _process;

    private WebServer(ChildProcess process, HttpClient http) => (_process, Http) = (process, http);

    public HttpClient Http { get; }

    public int Pid => _process.Pid;

    public static async Task<WebServer> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Attendance.Web"))
        {
            ArgumentList = { $"--webroot={Path.Combine(Runner.Repository(), "Attendance.Web", "wwwroot")}" },
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["ASPNETCORE_URLS"] = address.ToString(),
                ["Accounts__FirstAdmin__Password"] = Password,
                ["DataProtection__Secret"] = Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N"),
                ["Logging__LogLevel__Default"] = "Warning",
                ["Security__ApiKey"] = Guid.NewGuid().ToString("N"),
                ["Services__camera-api__http__0"] = "http://127.0.0.1:1",
            },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var process = ChildProcess.Start(start);
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
        var web = new WebServer(process, http);
        try
        {
            await process.UntilAsync(() => IsHealthyAsync(http, cancellationToken), s_start, cancellationToken);
            await web.PostAsync("/sign-in", cancellationToken, ("UserName", "admin"), ("Password", Password));
            await web.PostAsync("/account/password", cancellationToken, ("Current", Password), ("New", Second), ("Again", Second));
            return web;
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a form with the page's token.</summary>
    /// <returns>The address that the answer leads to.</returns>
    public async Task<string> PostAsync(string page, CancellationToken cancellationToken, params (string Name, string Value)[] fields)
    {
        var html = await Http.GetStringAsync(page, cancellationToken);
        using var form = new FormUrlEncodedContent(
        [
            .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)),
            KeyValuePair.Create("__RequestVerificationToken", WebUtility.HtmlDecode(Token().Match(html).Groups[1].Value)),
        ]);
        using var answer = await Http.PostAsync(page, form, cancellationToken);
        return answer.StatusCode == HttpStatusCode.Redirect
            ? answer.Headers.Location!.ToString()
            : throw new InvalidOperationException($"{page}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}\n{_process.Output}");
    }

    /// <summary>Begins to measure the largest memory anew (Linux).</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{Pid}/clear_refs", "5");

    /// <summary>The largest resident memory, in MiB.</summary>
    public double Peak() => double.Parse(
        File.ReadLines($"/proc/{Pid}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }

    private static async Task<bool> IsHealthyAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync("/health", cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]* value=\"([^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
