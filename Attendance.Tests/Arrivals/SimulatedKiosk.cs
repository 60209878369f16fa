using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.Arrivals;

/// <summary>
/// A kiosk as its device sends requests: it is set up by a code, borrows its camera, and sends a frame of whoever stands before it every 150 ms,
/// one after the other. What is not answered is tried again, as the page does.
/// </summary>
internal sealed partial class SimulatedKiosk : IAsyncDisposable
{
    private static readonly TimeSpan s_everyFrame = TimeSpan.FromMilliseconds(150), s_pause = TimeSpan.FromMilliseconds(500), s_everyRenewal = TimeSpan.FromSeconds(5);
    private static readonly byte[] s_wall = Wall();

    private readonly HttpClient _http;
    private readonly CancellationTokenSource _over = new();
    private readonly string _token;
    private readonly string _cameraId = $"browser-{Guid.NewGuid():N}-0123456789abcdef";
    private readonly string _sessionId = $"kiosk_{Guid.NewGuid():N}";
    private Task _seeing = Task.CompletedTask;
    private (string Id, long FencingToken)? _lease;
    private long _renewedAt, _sequence;
    private string? _last;
    private volatile Guest? _guest;

    private SimulatedKiosk(HttpClient http, string token) => (_http, _token) = (http, token);

    /// <summary>What the kiosk said last, or null if it has said nothing since somebody stepped up or entered a number.</summary>
    public string? State { get; private set; }

    /// <summary>How often a person was told that they had already checked in.</summary>
    public int Repeats { get; private set; }

    /// <summary>Names that were welcomed while somebody else stood there.</summary>
    public List<string> Mistaken { get; } = [];

    public static async Task<SimulatedKiosk> StartAsync(Uri web, string setupCode, CancellationToken cancellationToken)
    {
        var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null, CookieContainer = new CookieContainer(), UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            BaseAddress = web, Timeout = TimeSpan.FromSeconds(5),
        };
        using var set = await SignIn.PostFormAsync(http, "/kiosk/setup", new() { ["Code"] = setupCode }, cancellationToken);
        var screen = await http.GetStringAsync(new Uri("/kiosk", UriKind.Relative), cancellationToken);
        var kiosk = new SimulatedKiosk(http, RequestToken().Match(screen).Groups[1].Value);
        Assert.NotEmpty(kiosk._token);
        kiosk._seeing = kiosk.SeeAsync();
        return kiosk;
    }

    /// <summary>A person steps up, shows the face or a QR code, and stays until they are welcomed.</summary>
    /// <param name="frames">What the camera sees of them, in turn.</param>
    /// <returns>When the first frame of them was sent, and when they were welcomed.</returns>
    public async Task<(long From, long Until)> ComeAsync(string firstName, IReadOnlyList<byte[]> frames, TimeSpan patience, CancellationToken cancellationToken)
    {
        var guest = new Guest(firstName, frames);
        _guest = guest;
        return await guest.Welcome.Task.WaitAsync(patience, cancellationToken);
    }

    /// <summary>A person steps up who must not be welcomed.</summary>
    public void Show(IReadOnlyList<byte[]> frames) => (_guest, State) = (new Guest("", frames), null);

    /// <summary>Nobody stands there any more.</summary>
    public void Leave() => _guest = null;

    /// <summary>A person enters their number; the kiosk then looks at their face.</summary>
    public async Task<HttpStatusCode> SayNumberAsync(string? number, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Post, "/api/kiosk/number", JsonContent.Create(new { number }));
        using var response = await _http.SendAsync(request, cancellationToken);
        State = null;
        return response.StatusCode;
    }

    /// <summary>A person enters number and code. The request is repeated under the same id until there is an answer.</summary>
    public async Task<(long From, long Until)> EnterAsync(string firstName, string number, string code, TimeSpan patience, CancellationToken cancellationToken)
    {
        var from = Stopwatch.GetTimestamp();
        var eventId = Guid.NewGuid();
        while (true)
        {
            Assert.True(Stopwatch.GetElapsedTime(from) < patience, $"{firstName} was not checked in by code.");
            try
            {
                using var request = Request(HttpMethod.Post, "/api/kiosk/code", JsonContent.Create(new { event_id = eventId, number, code }));
                using var response = await _http.SendAsync(request, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
                    Assert.Equal(("welcome", firstName), (answer.GetProperty("state").GetString(), answer.GetProperty("first_name").GetString()));
                    _last = firstName;
                    return (from, Stopwatch.GetTimestamp());
                }

                Assert.True(response.StatusCode is HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500, $"{firstName} by code: {response.StatusCode}");
            }
            catch (Exception exception) when (IsAway(exception, cancellationToken))
            {
                // Web is away.
            }

            await Task.Delay(s_pause, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _seeing;
        _http.Dispose();
        _over.Dispose();
    }

    private async Task SeeAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                var guest = _guest;
                if (await LeaseAsync() is { } lease)
                {
                    guest?.Begin();
                    Told(guest, await SendAsync(lease, guest?.NextFrame() ?? s_wall));
                }
            }
            catch (Exception exception) when (IsAway(exception, _over.Token))
            {
                await PauseAsync(s_pause);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var rest = s_everyFrame - Stopwatch.GetElapsedTime(started);
            await PauseAsync(rest > TimeSpan.FromMilliseconds(10) ? rest : TimeSpan.FromMilliseconds(10));
        }
    }

    private void Told(Guest? guest, JsonElement? answer)
    {
        if (answer is not null && guest == _guest)
        {
            State = answer.Value.GetProperty("state").GetString();
        }

        if (answer?.GetProperty("state").GetString() != "welcome")
        {
            return;
        }

        Repeats += answer.Value.GetProperty("is_repeat").GetBoolean() ? 1 : 0;
        var name = answer.Value.GetProperty("first_name").GetString()!;
        if (name == guest?.FirstName)
        {
            _last = name;
            guest.Welcome.TrySetResult((guest.From, Stopwatch.GetTimestamp()));
        }
        else if (name != _last)
        {
            Mistaken.Add(name); // the welcome of the person before is still shown
        }
    }

    private async Task<JsonElement?> SendAsync((string Id, long FencingToken) lease, byte[] jpeg)
    {
        using var picture = new ByteArrayContent(jpeg) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
        using var form = new MultipartFormDataContent
        {
            { new StringContent(_cameraId), "camera_id" }, { new StringContent(lease.Id), "lease_id" },
            { new StringContent(lease.FencingToken.ToString(CultureInfo.InvariantCulture)), "fencing_token" },
            { new StringContent((++_sequence).ToString(CultureInfo.InvariantCulture)), "sequence" }, { picture, "picture", "frame.jpg" },
        };
        using var request = Request(HttpMethod.Post, "/api/kiosk/frames", form);
        using var response = await _http.SendAsync(request, _over.Token);
        if (response.IsSuccessStatusCode)
        {
            return await response.Content.ReadFromJsonAsync<JsonElement>(_over.Token);
        }

        if (response.StatusCode is HttpStatusCode.Gone or HttpStatusCode.Conflict)
        {
            _lease = null; // it has ended
        }

        await PauseAsync(s_pause);
        return null;
    }

    private async Task<(string Id, long FencingToken)?> LeaseAsync()
    {
        if (_lease is { } held)
        {
            if (Stopwatch.GetElapsedTime(_renewedAt) > s_everyRenewal)
            {
                using var renewal = Request(HttpMethod.Put, $"/api/leases/{held.Id}", null);
                using var renewed = await _http.SendAsync(renewal, _over.Token);
                _renewedAt = Stopwatch.GetTimestamp();
                _lease = renewed.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone ? null : held;
            }

            return _lease;
        }

        using var wish = Request(HttpMethod.Post, "/api/leases", JsonContent.Create(new { session_id = _sessionId, camera_id = _cameraId }));
        using var response = await _http.SendAsync(wish, _over.Token);
        if (!response.IsSuccessStatusCode)
        {
            await PauseAsync(s_pause);
            return null;
        }

        var lease = await response.Content.ReadFromJsonAsync<JsonElement>(_over.Token);
        (_renewedAt, _sequence) = (Stopwatch.GetTimestamp(), 0);
        return _lease = (lease.GetProperty("lease_id").GetString()!, lease.GetProperty("fencing_token").GetInt64());
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Add("RequestVerificationToken", _token);
        return request;
    }

    private async Task PauseAsync(TimeSpan time) => await Task.Delay(time, _over.Token).ContinueWith(_ => { }, TaskScheduler.Default);

    /// <summary>Whether there was no answer, or none in time.</summary>
    private static bool IsAway(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or JsonException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static byte[] Wall()
    {
        using var wall = new Mat(480, 640, MatType.CV_8UC3, Scalar.All(128));
        return wall.ImEncode(".jpg");
    }

    [GeneratedRegex("name=\"request-token\" content=\"([^\"]+)\"")]
    private static partial Regex RequestToken();

    private sealed class Guest(string firstName, IReadOnlyList<byte[]> frames)
    {
        private int _next;

        public string FirstName => firstName;

        public long From { get; private set; }

        public TaskCompletionSource<(long From, long Until)> Welcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Begin() => From = From == 0 ? Stopwatch.GetTimestamp() : From;

        public byte[] NextFrame() => frames[_next++ % frames.Count];
    }
}
