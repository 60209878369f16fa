using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// A relay between ffmpeg and a camera that speaks RTSP. It connects to the camera, with TLS if the scheme demands it, and answers the camera's
/// requests for credentials. It does not follow redirections, and it records what went wrong. It passes everything else on.
/// </summary>
internal sealed class RtspRelay : IFfmpegInput
{
    private const int MostAttempts = 4;

    private readonly CameraAddress _address;
    private readonly Authentication _authentication;
    private readonly LoopbackListener _listener = new();
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Dictionary<int, Request> _pending = [];
    private readonly Stream _camera;
    private readonly string? _cameraIp;
    private int _sequence;
    private volatile string? _why;
    private volatile bool _isPlaying;
    private volatile bool _hasPictures;

    private RtspRelay(CameraAddress address, Stream camera, string? cameraIp)
    {
        (_address, _camera, _cameraIp, _authentication) = (address, camera, cameraIp, new(address.Credential));
        Input = $"rtsp://127.0.0.1:{_listener.Port}/camera";
        _ = RunAsync();
    }

    public string Scheme => "rtsp";

    public string Input { get; }

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>();

    /// <summary>Whether pictures may come by UDP. They may not if the address demands TLS, because UDP is not encrypted.</summary>
    public bool IsUdpAllowed => !_address.IsSecure;

    public string? WhyNoPicture => _why ?? (_hasPictures
        ? "it sends video, but no key frame in time. Set a shorter interval between key frames (GOP, I-frame interval) in the camera, or raise 'Capture:OpenTimeout'."
        : _isPlaying ? "it agreed to play, and then nothing came. If it sends by UDP only, does a firewall drop that?" : "it stopped answering.");

    public static async Task<RtspRelay> OpenAsync(CameraConnection connection, CameraAddress address, CancellationToken cancellationToken)
    {
        var (stream, ip) = await connection.ConnectAsync(address, cancellationToken);
        return new RtspRelay(address, stream, ip);
    }

    public void ServeOnly(int processId) => _listener.ServeOnly(processId);

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
        _listener.Dispose();
        _camera.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await using var client = await _listener.AcceptAsync(_over.Token);
            _listener.Dispose(); // ffmpeg makes only one connection
            await Task.WhenAny(AskAsync(client, _over.Token), AnswerAsync(client, _over.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The relay was closed.
        }

        await _camera.DisposeAsync();
    }

    /// <summary>Passes on what ffmpeg sends to the camera.</summary>
    private async Task AskAsync(Stream client, CancellationToken cancellationToken)
    {
        try
        {
            await using var input = new BufferedInput(client);
            while (await input.LookAsync(1, cancellationToken))
            {
                if (input.Ahead[0] == '$')
                {
                    await SendAsync(await FramesAsync(input, cancellationToken), cancellationToken);
                }
                else if (await input.HeadAsync(cancellationToken) is { } head)
                {
                    var body = await BodyAsync(input, head, cancellationToken);
                    await (head.Status == 0 ? SendAsync(new Request(head, body), cancellationToken) : SendAsync(Write(head.FirstLine, head.Headers, body), cancellationToken));
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidDataException or ObjectDisposedException)
        {
            // Either side has gone.
        }
    }

    /// <summary>Passes on what the camera sends to ffmpeg.</summary>
    private async Task AnswerAsync(Stream client, CancellationToken cancellationToken)
    {
        try
        {
            var input = new BufferedInput(_camera);
            while (await input.LookAsync(1, cancellationToken))
            {
                if (input.Ahead[0] == '$')
                {
                    await client.WriteAsync(await FramesAsync(input, cancellationToken), cancellationToken);
                    _hasPictures = true;
                }
                else if (!char.IsAsciiLetterUpper((char)input.Ahead[0]))
                {
                    input.Skip(1); // stray bytes between messages
                }
                else if (await input.HeadAsync(cancellationToken) is { } head)
                {
                    var body = await BodyAsync(input, head, cancellationToken);
                    if (head.Status == 0 || await PassAsync(head, body, cancellationToken) is not { } answer)
                    {
                        continue; // a request by the camera, which nobody needs, or an answer that was meant for the relay
                    }

                    await client.WriteAsync(answer, cancellationToken);
                }
            }

            _why ??= _hasPictures ? null : "it ended the connection.";
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidDataException or ObjectDisposedException)
        {
            _why ??= exception is InvalidDataException ? "what it sends is no RTSP." : null;
        }
    }

    /// <returns>The answer for ffmpeg, or null if the request was sent again instead.</returns>
    private async Task<byte[]?> PassAsync(MessageHead head, byte[] body, CancellationToken cancellationToken)
    {
        var request = Take(head);
        if (request is not null && head.Status == 401)
        {
            var refusal = _authentication.Take(head.All("WWW-Authenticate"), wasAnswered: request.Attempts > 1);
            if (refusal is null && request.Attempts < MostAttempts)
            {
                await SendAsync(request, cancellationToken);
                return null;
            }

            _why = (refusal ?? "it asks for the password again and again") + ".";
        }
        else if (head.Status is >= 300)
        {
            _why = head.Status switch
            {
                < 400 => "it redirects to another address, which is not followed. Configure the address that it leads to.",
                403 => "it forbids this stream to this user (403).",
                404 or 454 => $"it has nothing at this path ({head.Status}). Is the path right?",
                453 or 503 => $"it is busy ({head.Status}). Are too many others watching it?",
                461 when !IsUdpAllowed => "it sends by UDP only, and without TLS; use rtsp:// for this camera.",
                _ => $"it answers with an error ({head.Status}).",
            };
        }
        else if (request?.Method == "DESCRIBE" && !Encoding.Latin1.GetString(body).Contains("m=video", StringComparison.Ordinal))
        {
            _why = "its stream has no video.";
        }
        else
        {
            _isPlaying |= request?.Method == "PLAY";
            _why = null; // ffmpeg has asked in another way for what was refused before
        }

        var status = head.Status is >= 300 and < 400 ? "RTSP/1.0 403 Forbidden" : head.FirstLine;
        return Write(status, head.Headers.Select(header => Rewrite(header, request)), body);
    }

    /// <summary>Takes the request that an answer belongs to: the one with the answer's number, or the oldest if there is none with it.</summary>
    private Request? Take(MessageHead head)
    {
        lock (_pending)
        {
            var number = int.TryParse(head["CSeq"], NumberStyles.None, CultureInfo.InvariantCulture, out var told) && _pending.ContainsKey(told)
                ? told
                : _pending.Keys.DefaultIfEmpty(-1).Min();
            return _pending.Remove(number, out var request) ? request : null;
        }
    }

    /// <summary>
    /// Restores ffmpeg's own number of the request in an answer's header. If pictures come by UDP, it also names the camera as their only
    /// source.
    /// </summary>
    private (string Name, string Value) Rewrite((string Name, string Value) header, Request? request)
    {
        if (header.Name.Equals("CSeq", StringComparison.OrdinalIgnoreCase) && request is not null)
        {
            return (header.Name, request.Head["CSeq"] ?? header.Value);
        }

        if (!header.Name.Equals("Transport", StringComparison.OrdinalIgnoreCase) || header.Value.Contains("interleaved", StringComparison.OrdinalIgnoreCase) || _cameraIp is null)
        {
            return header;
        }

        var parts = header.Value.Split(';').Where(part =>
            !part.TrimStart().StartsWith("source", StringComparison.OrdinalIgnoreCase) && !part.TrimStart().StartsWith("destination", StringComparison.OrdinalIgnoreCase));
        return (header.Name, string.Join(';', parts.Append("source=" + _cameraIp)));
    }

    private async Task SendAsync(Request request, CancellationToken cancellationToken)
    {
        request.Attempts++;
        var target = request.Target;
        if (target.StartsWith(Input, StringComparison.Ordinal))
        {
            var bare = _address.Bare.AbsoluteUri;
            target = (target.Length > Input.Length ? bare.TrimEnd('/') : bare) + target[Input.Length..];
        }

        int sequence;
        lock (_pending)
        {
            sequence = ++_sequence;
            _pending[sequence] = request;
        }

        var headers = request.Head.Headers
            .Select(header => header.Name.Equals("CSeq", StringComparison.OrdinalIgnoreCase) ? (header.Name, sequence.ToString(CultureInfo.InvariantCulture)) : header)
            .Where(header => !header.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase));
        if (_authentication.Answer(request.Method, target) is { } answer)
        {
            headers = headers.Append(("Authorization", answer));
        }

        await SendAsync(Write($"{request.Method} {target} RTSP/1.0", headers, request.Body), cancellationToken);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _camera.WriteAsync(bytes, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <returns>One packet that is interleaved in the connection, and all further ones that have arrived completely.</returns>
    private static async Task<byte[]> FramesAsync(BufferedInput input, CancellationToken cancellationToken)
    {
        var length = 0;
        while (length == 0 || (input.Ahead.Length >= length + 4 && input.Ahead[length] == '$'))
        {
            if (length == 0 && !await input.LookAsync(4, cancellationToken))
            {
                break;
            }

            var next = length + 4 + (input.Ahead[length + 2] << 8 | input.Ahead[length + 3]);
            if (next > input.Ahead.Length && (length > 0 || !await input.LookAsync(next, cancellationToken)))
            {
                break;
            }

            length = next;
        }

        length = length == 0 ? input.Ahead.Length : length; // the connection ends within the packet
        var frames = input.Ahead[..length].ToArray();
        input.Skip(length);
        return frames;
    }

    private static async Task<byte[]> BodyAsync(BufferedInput input, MessageHead head, CancellationToken cancellationToken)
    {
        var length = (int)Math.Clamp(head.ContentLength ?? 0, 0, 128 * 1024);
        await input.LookAsync(length, cancellationToken);
        var body = input.Ahead[..Math.Min(length, input.Ahead.Length)].ToArray();
        input.Skip(body.Length);
        return body;
    }

    private static byte[] Write(string firstLine, IEnumerable<(string Name, string Value)> headers, byte[] body) =>
        [.. Encoding.Latin1.GetBytes($"{firstLine}\r\n{string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"))}\r\n"), .. body];

    private sealed class Request(MessageHead head, byte[] body)
    {
        private readonly string[] _words = head.FirstLine.Split(' ');

        public MessageHead Head => head;

        public byte[] Body => body;

        public string Method => _words[0];

        public string Target => _words.Length > 1 ? _words[1] : "*";

        public int Attempts { get; set; }
    }
}
