using System.Net;
using System.Net.Sockets;
using System.Text;
using Attendance.Benchmarks.FirstFrame;
using OpenCvSharp;

namespace Attendance.Benchmarks.Streaming;

/// <summary>A network camera in the benchmark's own process: Motion JPEG over HTTP, 30 frames a second.</summary>
internal sealed class NetworkCamera : IAsyncDisposable
{
    private const int Quality = 85;
    private const int Pictures = 8;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1 / 30.0);
    private static readonly byte[] s_head = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\nConnection: close\r\n\r\n");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<byte[]> _parts;
    private readonly Task _serving;

    public NetworkCamera(int width, int height)
    {
        _parts = [.. Enumerable.Range(0, Pictures).Select(frame => Part(width, height, frame))];
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}/");
        _serving = AcceptAsync(_end.Token);
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
    }

    private static byte[] Part(int width, int height, int frame)
    {
        using var picture = Film.Picture(width, height, frame);
        Cv2.ImEncode(".jpg", picture, out var jpeg, new ImageEncodingParam(ImwriteFlags.JpegQuality, Quality));
        return [.. Encoding.ASCII.GetBytes($"--b\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.Length}\r\n\r\n"), .. jpeg, .. "\r\n"u8];
    }

    /// <summary>Serves one client at a time, because a camera is opened once.</summary>
    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(cancellationToken);
                await ServeAsync(client.GetStream(), cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // The client left, or the benchmark is over.
            }
        }
    }

    private async Task ServeAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        _ = await stream.ReadAsync(new byte[4096], cancellationToken); // whatever it asks for
        await stream.WriteAsync(s_head, cancellationToken);
        using var timer = new PeriodicTimer(s_interval);
        for (var frame = 0; await timer.WaitForNextTickAsync(cancellationToken); frame++)
        {
            await stream.WriteAsync(_parts[frame % _parts.Count], cancellationToken);
        }
    }
}
