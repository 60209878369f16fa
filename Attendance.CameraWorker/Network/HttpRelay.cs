using System.Security.Cryptography;
using System.Text;
using Attendance.CameraWorker.Sources;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// A proxy between ffmpeg and a camera that speaks HTTP. It hands over the answer that is already open, and requests whatever else ffmpeg wants
/// from the same host, such as the pieces of a playlist or another part of a film. It refuses every other host.
/// </summary>
internal sealed class HttpRelay : IFfmpegInput
{
    /// <summary>A made-up host that redirects to the real address, because the real address must not appear on a command line.</summary>
    private const string StartHost = "start.invalid";

    private const int LongestPlaylist = 1024 * 1024;

    private readonly HttpCamera _camera;
    private readonly LoopbackListener _listener = new();
    private readonly CancellationTokenSource _over = new();
    private readonly string _token = RandomNumberGenerator.GetHexString(32);
    private HttpAnswer? _first;
    private volatile string? _why;
    private volatile bool _hasSent;

    public HttpRelay(HttpCamera camera, HttpAnswer first)
    {
        (_camera, _first) = (camera, first);
        MediaType = new([.. (first.Head?.MediaType ?? "").Where(character => char.IsAsciiLetterOrDigit(character) || "/+-.".Contains(character)).Take(50)]);
        _ = ServeAsync();
    }

    public string Scheme => "http";

    public string Input => $"http://{StartHost}/";

    public IReadOnlyDictionary<string, string> Environment =>
        new Dictionary<string, string> { ["http_proxy"] = $"http://relay:{_token}@127.0.0.1:{_listener.Port}/" };

    public bool IsUdpAllowed => false;

    public string? WhyNoPicture => _why ?? (_hasSent
        ? $"what it sends{(MediaType.Length > 0 ? $" ('{MediaType}')" : "")} holds no picture that ffmpeg can read. Does the address lead to a stream, and not to a page?"
        : "it answers, and then sends nothing.");

    private string MediaType { get; }

    /// <summary>The camera's address as ffmpeg knows it. It is without TLS, because the relay handles that.</summary>
    private string Alias => $"http://{_camera.Address.Bare.Host}:{_camera.Address.Port}";

    public void ServeOnly(int processId) => _listener.ServeOnly(processId);

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
        _listener.Dispose();
        Interlocked.Exchange(ref _first, null)?.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync(_over.Token), _over.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            // The relay was closed.
        }
    }

    private async Task ServeAsync(Stream client, CancellationToken cancellationToken)
    {
        await using var input = new BufferedInput(client);
        try
        {
            if (await input.HeadAsync(cancellationToken) is not { } request)
            {
                return;
            }

            var target = request.FirstLine.Split(' ') is ["GET", var text, ..] && Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null;
            var authorization = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("relay:" + _token));
            if (request["Proxy-Authorization"] != authorization)
            {
                await HeadAsync(client, 407, ["Proxy-Authenticate: Basic realm=\"relay\""], cancellationToken);
            }
            else if (target?.Host == StartHost)
            {
                await HeadAsync(client, 302, [$"Location: {Alias}{_camera.Address.Bare.PathAndQuery}"], cancellationToken);
            }
            else if (target is not null && IsCamera(target))
            {
                await PassAsync(client, target.PathAndQuery, request["Range"], cancellationToken);
            }
            else
            {
                _why = "it leads on to another host, which is not asked. Configure the address of the stream itself.";
                await HeadAsync(client, 403, [], cancellationToken);
            }
        }
        catch (CaptureException exception)
        {
            _why = exception.Message.Split(": ", 2)[^1]; // without the camera's name, because the message that uses this text already begins with it
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidDataException or ObjectDisposedException)
        {
            // Either side has gone.
        }
    }

    private bool IsCamera(Uri target) => target.Scheme == "http" && target.Port == _camera.Address.Port
        && target.IdnHost.Equals(_camera.Address.Bare.IdnHost, StringComparison.OrdinalIgnoreCase);

    private async Task PassAsync(Stream client, string path, string? range, CancellationToken cancellationToken)
    {
        var isFirst = path == _camera.Address.Bare.PathAndQuery && range is null or "bytes=0-";
        using var answer = (isFirst ? Interlocked.Exchange(ref _first, null) : null) ?? await _camera.AskAsync(path, range, cancellationToken);
        var head = answer.Head;
        var status = head is { Status: > 0 } ? head.Status : 200;
        var headers = new List<string>();
        if (status is >= 300 and < 400)
        {
            if (head!["Location"] is not { } location || _camera.Address.Redirected(location) is not { } to || to.Port != _camera.Address.Port)
            {
                _why = "it redirects to another host, which is not asked.";
                await HeadAsync(client, 403, [], cancellationToken);
                return;
            }

            headers.Add($"Location: {Alias}{to.Bare.PathAndQuery}");
        }

        if (_camera.Address.IsSecure && IsPlaylist(head))
        {
            await PassPlaylistAsync(client, answer, cancellationToken);
            return;
        }

        foreach (var name in new[] { "Content-Type", "Content-Length", "Content-Range", "Accept-Ranges" })
        {
            headers.AddRange(head?[name] is { } value ? [$"{name}: {value}"] : (string[])[]);
        }

        await HeadAsync(client, status, headers, cancellationToken);
        await answer.Body.CopyToAsync(client, cancellationToken);
        _hasSent = true;
    }

    /// <summary>
    /// Passes on a playlist. Its https addresses of the camera are replaced by http ones, so that ffmpeg requests them from the relay.
    /// </summary>
    private async Task PassPlaylistAsync(Stream client, HttpAnswer answer, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var piece = new byte[16 * 1024];
        for (int read; text.Length < LongestPlaylist && (read = await answer.Body.ReadAsync(piece, cancellationToken)) > 0;)
        {
            await text.WriteAsync(piece.AsMemory(0, read), cancellationToken);
        }

        var host = $"https://{_camera.Address.Bare.Host}";
        var playlist = Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length)
            .Replace($"{host}:{_camera.Address.Port}/", Alias + "/", StringComparison.OrdinalIgnoreCase);
        playlist = _camera.Address.Port == 443 ? playlist.Replace(host + "/", Alias + "/", StringComparison.OrdinalIgnoreCase) : playlist;
        var body = Encoding.UTF8.GetBytes(playlist);
        await HeadAsync(client, 200, ["Content-Type: application/vnd.apple.mpegurl", $"Content-Length: {body.Length}"], cancellationToken);
        await client.WriteAsync(body, cancellationToken);
    }

    private static bool IsPlaylist(MessageHead? head) => head is { Status: 200 } && head.MediaType.Contains("mpegurl", StringComparison.Ordinal);

    private static async Task HeadAsync(Stream client, int status, IEnumerable<string> headers, CancellationToken cancellationToken)
    {
        var lines = string.Concat(headers.Select(header => header + "\r\n"));
        var length = status is 407 or 302 or 403 ? "Content-Length: 0\r\n" : "";
        await client.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {status} Relay\r\n{lines}{length}Connection: close\r\n\r\n"), cancellationToken);
    }
}
