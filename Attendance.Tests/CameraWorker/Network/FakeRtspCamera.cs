using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Attendance.Tests.CameraWorker.Network;

/// <summary>
/// A camera that speaks RTSP. Each viewer gets an encoder of its own, started when it plays, which sends RTP to us; we pass that on over the
/// connection or by UDP, with what a test wants to be wrong with it.
/// </summary>
internal sealed class FakeRtspCamera : IAsyncDisposable
{
    private const string Description =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track1\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _viewers = [];
    private readonly Task _serving;

    public FakeRtspCamera()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public int FramesPerSecond { get; init; } = 25;

    /// <summary>Frames between key frames.</summary>
    public int KeyFrames { get; init; } = 25;

    /// <summary>A second track is described and never sends anything.</summary>
    public bool HasSilentAudio { get; init; }

    public bool IsTcpAllowed { get; init; } = true;

    /// <summary>Seconds by which the clock jumps, a second after the first packet.</summary>
    public int Jump { get; init; }

    /// <summary>The first packets are lost, and with them the only key frame.</summary>
    public bool LosesKeyFrame { get; init; }

    /// <summary>The challenge in the answer to a request without credentials; null if the camera needs none.</summary>
    public string? Challenge { get; init; }

    /// <summary>Whether an <c>Authorization</c> is right.</summary>
    public Func<string, bool> IsRight { get; init; } = _ => true;

    /// <summary>Answers <c>DESCRIBE</c> instead of the description.</summary>
    public string? InsteadOfDescription { get; init; }

    public ConcurrentQueue<string> Asked { get; } = new();

    public string Url(string credentials = "") =>
        $"rtsp://{(credentials.Length > 0 ? credentials + "@" : "")}127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/live?channel=1";

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving;
        await Task.WhenAll(_viewers);
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _viewers.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(TcpClient viewer)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        var sending = Task.CompletedTask;
        using (viewer)
        {
            try
            {
                var stream = viewer.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
                IPEndPoint? udp = null;
                while (await RequestAsync(reader, over.Token) is { } request)
                {
                    Asked.Enqueue(request[0]);
                    var (status, headers, body) = Answer(request, ref udp);
                    var answer = $"RTSP/1.0 {status}\r\nCSeq: {Header(request, "CSeq")}\r\n{headers}{(body.Length > 0 ? $"Content-Type: application/sdp\r\nContent-Length: {body.Length}\r\n" : "")}\r\n{body}";
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), over.Token);
                    if (request[0].StartsWith("PLAY", StringComparison.Ordinal) && status == "200 OK")
                    {
                        sending = SendAsync(stream, udp, over.Token);
                    }
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The viewer is gone, or the test is over.
            }

            await over.CancelAsync();
            await sending;
        }
    }

    private (string Status, string Headers, string Body) Answer(List<string> request, ref IPEndPoint? udp)
    {
        var method = request[0].Split(' ')[0];
        if (method != "OPTIONS" && Challenge is not null && (Header(request, "Authorization") is not { } authorization || !IsRight(authorization)))
        {
            return ("401 Unauthorized", $"WWW-Authenticate: {Challenge}\r\n", "");
        }

        var transport = Header(request, "Transport") ?? "";
        switch (method)
        {
            case "DESCRIBE" when InsteadOfDescription is not null:
                return (InsteadOfDescription, "Location: rtsp://192.0.2.1/\r\n", "");
            case "DESCRIBE":
                return ("200 OK", "", Description + (HasSilentAudio ? "m=audio 0 RTP/AVP 0\r\na=control:track2\r\n" : ""));
            case "SETUP" when transport.Contains("TCP", StringComparison.Ordinal):
                return IsTcpAllowed ? ("200 OK", $"Session: 7\r\nTransport: {transport}\r\n", "") : ("461 Unsupported Transport", "", "");
            case "SETUP":
                var port = int.Parse(transport.Split("client_port=")[1].Split('-')[0], CultureInfo.InvariantCulture);
                udp = new IPEndPoint(IPAddress.Loopback, port);
                return ("200 OK", $"Session: 7\r\nTransport: {transport};server_port=40000-40001;source=192.0.2.1\r\n", "");
            default:
                return ("200 OK", "Session: 7\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n", "");
        }
    }

    private async Task SendAsync(NetworkStream stream, IPEndPoint? udp, CancellationToken cancellationToken)
    {
        using var packets = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        packets.Client.ReceiveBufferSize = 1 << 20;
        using var encoder = Encode(((IPEndPoint)packets.Client.LocalEndPoint!).Port);
        try
        {
            var began = 0L;
            while (true)
            {
                var packet = (await packets.ReceiveAsync(cancellationToken)).Buffer;
                began = began == 0 ? Stopwatch.GetTimestamp() : began;
                if (packet[1] is >= 200 and <= 204 || (LosesKeyFrame && Stopwatch.GetElapsedTime(began).TotalSeconds < 0.5))
                {
                    continue;
                }

                if (Jump != 0 && Stopwatch.GetElapsedTime(began).TotalSeconds > 1)
                {
                    var time = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4));
                    BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), unchecked(time + (uint)(Jump * 90_000L)));
                }

                if (udp is not null)
                {
                    await packets.SendAsync(packet, udp, cancellationToken);
                }
                else
                {
                    await stream.WriteAsync((byte[])[(byte)'$', 0, (byte)(packet.Length >> 8), (byte)packet.Length, .. packet], cancellationToken);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The viewer is gone, or the test is over.
        }

        encoder.Kill();
        await encoder.WaitForExitAsync(CancellationToken.None);
    }

    private Process Encode(int port) => Process.Start(new ProcessStartInfo("ffmpeg",
    [
        "-v", "quiet", "-nostdin", "-re", "-f", "lavfi", "-i", $"testsrc=s=160x120:r={FramesPerSecond}", "-c:v", "libx264", "-preset", "ultrafast",
        "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-x264-params", $"scenecut=0:keyint={KeyFrames}:repeat-headers=1", "-f", "rtp", "-payload_type", "96",
        $"rtp://127.0.0.1:{port}?pkt_size=1200",
    ]))!;

    /// <returns>Its lines; null at the end. What comes as packets within the connection is passed over.</returns>
    private static async Task<List<string>?> RequestAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0 && lines.Count > 0)
            {
                return lines;
            }

            if (lines.Count > 0 || line.EndsWith(" RTSP/1.0", StringComparison.Ordinal))
            {
                lines.Add(line[Math.Max(0, line.LastIndexOf('\0') + 1)..]);
            }
        }

        return null;
    }

    private static string? Header(List<string> request, string name) =>
        request.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    public static void SkipWithoutFfmpeg() => Assert.SkipUnless(File.Exists("/usr/bin/ffmpeg"), "ffmpeg is not installed.");
}
