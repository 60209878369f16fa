using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Attendance.CameraApi.Security;
using Attendance.ServiceDefaults;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Signs requests between nodes and verifies the signatures. A signature is valid for one request to one node, and only within the
/// allowed clock skew. A node that receives one can use it neither to ask another node nor to ask for anything else.
/// </summary>
internal sealed partial class NodeSignature(
    IOptions<SecurityOptions> options, NodeAddress address, TimeProvider clock, ILogger<NodeSignature> logger)
{
    public const string Header = "X-Attendance-Signature";

    /// <summary>Largest allowed difference between the clocks of two nodes.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    private const string Version = "v1";

    /// <summary>The SHA-256 of a body that cannot be read twice, set by a caller that knows the body.</summary>
    private static readonly HttpRequestOptionsKey<byte[]> s_bodyHash = new("attendance.body-hash");

    private readonly byte[]? _key = DerivedKeys.For("requests of nodes", options.Value);
    private readonly ConcurrentDictionary<string, long> _seen = new();
    private readonly RepeatedFailure _skewed = new();
    private long _prunedAt;

    public static void TellBody(HttpRequestMessage request, byte[] body) => request.Options.Set(s_bodyHash, SHA256.HashData(body));

    public async Task SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Remove(Header);
        if (_key is null)
        {
            return;
        }

        var body = request.Options.TryGetValue(s_bodyHash, out var told) ? told
            : SHA256.HashData(request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken));
        var bodyHash = Base64Url.EncodeToString(body);
        var time = clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var target = request.RequestUri!;
        var hops = request.Headers.TryGetValues(Peers.HopsHeader, out var values) ? string.Join(',', values) : "";
        var signature = SignatureOf(request.Method.Method, target.Authority, target.PathAndQuery, hops, time, nonce, bodyHash);
        request.Headers.TryAddWithoutValidation(Header, $"{Version} {time} {nonce} {bodyHash} {signature}");
    }

    /// <summary>Checks whether a node has signed the request for this node. Keeps the body so that it can be read again.</summary>
    /// <exception cref="BadHttpRequestException">The body is too long, or is not sent as HTTP requires.</exception>
    public async Task<bool> IsGenuineAsync(HttpContext context)
    {
        if (_key is null || address.Value is not { Authority: var authority } || context.Request.Headers[Header].ToString().Split(' ') is not [Version, var time, var nonce, var bodyHash, var signature])
        {
            return false;
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var expected = SignatureOf(context.Request.Method, authority, target, context.Request.Headers[Peers.HopsHeader].ToString(), time, nonce, bodyHash);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(expected))
            && IsNow(time) && IsNew(nonce) && await HashBodyAsync(context) == bodyHash;
    }

    private string SignatureOf(params ReadOnlySpan<string> parts) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(_key!, Encoding.UTF8.GetBytes(string.Join('\n', parts))));

    /// <summary>Checks whether a time is within the allowed skew. Call it only after the signature over the time is verified.</summary>
    private bool IsNow(string time)
    {
        var difference = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(time, CultureInfo.InvariantCulture));
        if (difference.Duration() <= Skew)
        {
            _skewed.IsOver();
            return true;
        }

        if (_skewed.IsNew(""))
        {
            LogSkewed((long)difference.TotalSeconds);
        }

        return false;
    }

    private bool IsNew(string nonce)
    {
        var now = clock.GetTimestamp();
        if (clock.GetElapsedTime(Volatile.Read(ref _prunedAt), now) > Skew)
        {
            Volatile.Write(ref _prunedAt, now);
            foreach (var old in _seen.Where(each => clock.GetElapsedTime(each.Value, now) > Skew * 2))
            {
                _seen.TryRemove(old.Key, out _);
            }
        }

        return _seen.TryAdd(nonce, now);
    }

    private static async Task<string> HashBodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return Base64Url.EncodeToString(SHA256.HashData([]));
        }

        await JsonBody.KeepAsync(context.Request, context.RequestAborted);
        var hash = Base64Url.EncodeToString(await SHA256.HashDataAsync(context.Request.Body, context.RequestAborted));
        context.Request.Body.Position = 0;
        return hash;
    }

    [LoggerMessage(LogLevel.Warning, "A request from another node was refused: its clock differs from this node's by {Seconds} s. Synchronize both by NTP")]
    private partial void LogSkewed(long seconds);
}
