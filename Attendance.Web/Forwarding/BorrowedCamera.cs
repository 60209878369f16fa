using System.Net;
using System.Runtime.CompilerServices;

namespace Attendance.Web.Forwarding;

/// <summary>
/// A camera that Web holds by a lease of its own, until it is disposed of. It renews the lease. The lease counts as ended when camera-api says
/// so, or when no renewal was confirmed within its TTL.
/// </summary>
internal sealed class BorrowedCamera : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    private readonly CameraApiClient _client;
    private readonly TimeProvider _clock;
    private readonly string _sessionId;
    private readonly TimeSpan _lasts;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenSource _over = new();
    private Task _renewing = Task.CompletedTask;

    internal BorrowedCamera(CameraApiClient client, TimeProvider clock, string sessionId, CheckLease claim, TimeSpan lasts)
    {
        (_client, _clock, _sessionId, Claim, _lasts) = (client, clock, sessionId, claim, lasts);
        _ended = new(Timeout.InfiniteTimeSpan, clock);
    }

    /// <summary>What to present before something is stored that came from this camera.</summary>
    public CheckLease Claim { get; }

    /// <summary>Canceled when the lease has ended, or may have.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Gives back whatever the session holds. If camera-api does not answer, the lease ends at its deadline.</summary>
    internal static async Task GiveBackAsync(CameraApiClient client, string sessionId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, CameraApiClient.Address + "/api/camera/cleanup")
        {
            Content = JsonContent.Create(new CleanupRequest(SessionId: sessionId, Reason: "client"), options: WireJson.Requests),
        };
        await client.AskAsync(request, s_patience, (response, _) => Task.FromResult(response.IsSuccessStatusCode), false, CancellationToken.None);
    }

    /// <summary>Confirms the lease once, so that it is known how long it lasts, and from then on by itself.</summary>
    /// <returns><see langword="false"/> if it cannot be confirmed.</returns>
    internal async Task<bool> BeginAsync(CancellationToken cancellationToken)
    {
        if (await RenewAsync(cancellationToken) != true)
        {
            return false;
        }

        _renewing = KeepRenewingAsync();
        return true;
    }

    /// <summary>Returns the pictures of the camera as they come, until the stream or the lease ends.</summary>
    /// <exception cref="InvalidDataException">What came is no stream of camera-api.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="HttpRequestException">camera-api does not answer.</exception>
    public async IAsyncEnumerable<byte[]> PicturesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, $"{CameraApiClient.Address}/api/cameras/{Uri.EscapeDataString(Claim.CameraId!)}/stream?lease={Uri.EscapeDataString(Claim.LeaseId!)}");
        _client.AddKey(request);
        using var response = await _client.Invoker.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            yield break;
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var reader = new MotionJpegReader(stream);
        while (await reader.NextAsync(cancellationToken) is { } picture && picture.FencingToken == Claim.FencingToken)
        {
            yield return picture.Jpeg;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _renewing;
        await _ended.CancelAsync();
        await GiveBackAsync(_client, _sessionId);
        _ended.Dispose();
        _over.Dispose();
    }

    private async Task KeepRenewingAsync()
    {
        var wait = _lasts / 3;
        while (!_over.IsCancellationRequested && !_ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(wait, _clock, _over.Token);
                switch (await RenewAsync(_over.Token))
                {
                    case true:
                        wait = _lasts / 3;
                        break;
                    case null:
                        wait = s_again;
                        break;
                    default:
                        await _ended.CancelAsync();
                        break;
                }
            }
            catch (OperationCanceledException) when (_over.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <returns>Whether the lease is live. Null if camera-api cannot say.</returns>
    private async Task<bool?> RenewAsync(CancellationToken cancellationToken)
    {
        var sent = _clock.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{CameraApiClient.Address}/api/leases/{Uri.EscapeDataString(Claim.LeaseId!)}");
        var isLive = await _client.AskAsync<bool?>(request, s_patience, UnderstandAsync, null, cancellationToken);
        if (isLive == true && _lasts - _clock.GetElapsedTime(sent) is var left && left > TimeSpan.Zero && !_ended.IsCancellationRequested)
        {
            _ended.CancelAfter(left); // from when it was asked for, so the lease never ends at camera-api before it ends here
        }

        return isLive;
    }

    private async Task<bool?> UnderstandAsync(HttpResponseMessage response, CancellationToken cancellationToken) => response.StatusCode switch
    {
        HttpStatusCode.OK => await response.Content.ReadFromJsonAsync<Current>(WireJson.Kept, cancellationToken) is { } current
            && current.CameraId == Claim.CameraId && current.FencingToken == Claim.FencingToken,
        HttpStatusCode.Gone or HttpStatusCode.BadRequest or HttpStatusCode.NotFound => false,
        _ => null,
    };

    private sealed record Current(string CameraId, long FencingToken);
}
