using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.CheckIn;

/// <summary>What one kiosk has measured. The time of a frame is from the moment at which it is sent until its answer has arrived.</summary>
internal sealed class KioskTimes
{
    /// <summary>Of every frame.</summary>
    public Samples Frames { get; } = new();

    /// <summary>Of those whose answer was a welcome.</summary>
    public Samples Decisions { get; } = new();

    /// <summary>Of the decisions, from the first frame that shows the person.</summary>
    public Samples Arrivals { get; } = new();
}

/// <summary>
/// A kiosk as its page sends requests: it is set up by a code, borrows the camera of its device, and sends a frame every 150 ms, or as soon as the one before was answered.
/// </summary>
internal sealed partial class BenchKiosk : IAsyncDisposable
{
    private static readonly TimeSpan s_everyFrame = TimeSpan.FromMilliseconds(150), s_leastPause = TimeSpan.FromMilliseconds(10), s_everyRenewal = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly string _token;
    private readonly string _cameraId = $"browser-{Guid.NewGuid():N}-0123456789abcdef";
    private (string Id, long FencingToken) _lease;
    private long _renewedAt, _sequence;

    private BenchKiosk(HttpClient http, string token) => (_http, _token) = (http, token);

    public static async Task<BenchKiosk> StartAsync(Uri web, string setupCode, CancellationToken cancellationToken)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null, CookieContainer = new CookieContainer() }) { BaseAddress = web };
        using var form = new FormUrlEncodedContent(
        [
            new("Code", setupCode), new("__RequestVerificationToken", WebUtility.HtmlDecode(FormToken().Match(await http.GetStringAsync("/kiosk/setup", cancellationToken)).Groups[1].Value)),
        ]);
        using var set = await http.PostAsync("/kiosk/setup", form, cancellationToken);
        var token = RequestToken().Match(await http.GetStringAsync("/kiosk", cancellationToken)).Groups[1].Value;
        var kiosk = new BenchKiosk(http, token);
        var lease = await kiosk.AskAsync(HttpMethod.Post, "/api/leases", JsonContent.Create(new { session_id = $"kiosk_{Guid.NewGuid():N}", camera_id = kiosk._cameraId }), cancellationToken);
        kiosk._lease = (lease.GetProperty("lease_id").GetString()!, lease.GetProperty("fencing_token").GetInt64());
        kiosk._renewedAt = Stopwatch.GetTimestamp();
        return kiosk;
    }

    /// <summary>Sends frames of these people, of whom each steps up when the one before was welcomed, or of the wall if there are none.</summary>
    public async Task<KioskTimes> SeeAsync(IReadOnlyList<KioskGuest> guests, byte[] wall, TimeSpan span, CancellationToken cancellationToken)
    {
        var (times, begun, arrived, guest) = (new KioskTimes(), Stopwatch.GetTimestamp(), 0L, 0);
        while (Stopwatch.GetElapsedTime(begun) < span)
        {
            var sent = Stopwatch.GetTimestamp();
            arrived = arrived == 0 ? sent : arrived;
            var who = guests.Count == 0 ? null : guests[guest % guests.Count];
            var answer = await SendAsync(who?.Jpeg ?? wall, cancellationToken);
            var took = Stopwatch.GetElapsedTime(sent);
            times.Frames.Add(took);
            if (answer.GetProperty("state").GetString() == "welcome" && answer.GetProperty("first_name").GetString() == who?.FirstName)
            {
                times.Decisions.Add(took);
                times.Arrivals.Add(Stopwatch.GetElapsedTime(arrived));
                (arrived, guest) = (0, guest + 1);
            }

            var rest = s_everyFrame - Stopwatch.GetElapsedTime(sent);
            await Task.Delay(rest > s_leastPause ? rest : s_leastPause, cancellationToken);
            await RenewAsync(cancellationToken);
        }

        return times;
    }

    public async ValueTask DisposeAsync()
    {
        using var release = Request(HttpMethod.Delete, $"/api/leases/{_lease.Id}", null);
        using var released = await _http.SendAsync(release);
        _http.Dispose();
    }

    private Task<JsonElement> SendAsync(byte[] jpeg, CancellationToken cancellationToken) => AskAsync(HttpMethod.Post, "/api/kiosk/frames", new MultipartFormDataContent
    {
        { new StringContent(_cameraId), "camera_id" }, { new StringContent(_lease.Id), "lease_id" },
        { new StringContent(_lease.FencingToken.ToString(CultureInfo.InvariantCulture)), "fencing_token" }, { new StringContent((++_sequence).ToString(CultureInfo.InvariantCulture)), "sequence" },
        { new ByteArrayContent(jpeg) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } }, "picture", "frame.jpg" },
    }, cancellationToken);

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (Stopwatch.GetElapsedTime(_renewedAt) > s_everyRenewal)
        {
            _renewedAt = Stopwatch.GetTimestamp();
            using var renewal = Request(HttpMethod.Put, $"/api/leases/{_lease.Id}", null);
            using var renewed = await _http.SendAsync(renewal, cancellationToken);
            renewed.EnsureSuccessStatusCode();
        }
    }

    private async Task<JsonElement> AskAsync(HttpMethod method, string path, HttpContent content, CancellationToken cancellationToken)
    {
        using var request = Request(method, path, content);
        using var response = await _http.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)
            : throw new InvalidOperationException($"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content) =>
        new(method, path) { Content = content, Headers = { { "RequestVerificationToken", _token } } };

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]* value=\"([^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FormToken();

    [GeneratedRegex("name=\"request-token\" content=\"([^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RequestToken();
}
