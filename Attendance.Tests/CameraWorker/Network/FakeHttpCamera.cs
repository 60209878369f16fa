using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Attendance.Tests.CameraWorker.Network;

/// <summary>An HTTP camera that writes raw bytes, so it can be as wrong as real cameras are. It listens on the loopback interface, at a free port.</summary>
internal sealed class FakeHttpCamera : IAsyncDisposable
{
    public const string Ok = "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _answers = [];
    private readonly Task _serving;
    private readonly X509Certificate2? _certificate;
    private readonly Func<Call, Task> _answer;

    /// <param name="answer">Writes the answer to one request; the connection ends when it returns.</param>
    public FakeHttpCamera(Func<Call, Task> answer, bool isSecure = false)
    {
        _answer = answer;
        if (isSecure)
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=camera", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
        }

        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The request lines, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Fingerprint => _certificate!.GetCertHashString(HashAlgorithmName.SHA256);

    public string Url(string path = "stream", string credentials = "") =>
        $"{(_certificate is null ? "http" : "https")}://{(credentials.Length > 0 ? credentials + "@" : "")}127.0.0.1:{Port}/{path}";

    /// <summary>Starts a camera that writes this head, and then parts until the viewer disconnects.</summary>
    public static FakeHttpCamera Streams(Func<int, byte[]> part, string head = Ok, int perSecond = 50) => new(call => call.StreamAsync(head, part, perSecond));

    public static byte[] Part(ReadOnlySpan<byte> jpeg, long? length = null) =>
        [.. Encoding.ASCII.GetBytes($"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {length ?? jpeg.Length}\r\n\r\n"), .. jpeg, .. "\r\n"u8];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving;
        await Task.WhenAll(_answers);
        _certificate?.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _answers.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient caller)
    {
        using (caller)
        {
            try
            {
                Stream stream = caller.GetStream();
                if (_certificate is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(_certificate);
                    stream = secure;
                }

                using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
                var lines = new List<string>();
                while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } line)
                {
                    lines.Add(line);
                }

                if (lines.Count > 0)
                {
                    Asked.Enqueue(lines[0]);
                    await _answer(new Call(lines, stream, _end.Token));
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
                // The worker is gone, or the test is over.
            }
        }
    }

    internal sealed record Call(IReadOnlyList<string> Lines, Stream Stream, CancellationToken End)
    {
        public string Path => Lines[0].Split(' ')[1];

        public string? Header(string name) =>
            Lines.FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];

        public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

        public Task WriteAsync(byte[] bytes) => Stream.WriteAsync(bytes, End).AsTask();

        public async Task StreamAsync(string head, Func<int, byte[]> part, int perSecond = 50)
        {
            await WriteAsync(head);
            using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
            for (var i = 0; ; i++)
            {
                await WriteAsync(part(i));
                await pace.WaitForNextTickAsync(End);
            }
        }

        public Task RefuseAsync(params string[] challenges) => WriteAsync(
            $"HTTP/1.1 401 Unauthorized\r\n{string.Concat(challenges.Select(challenge => $"WWW-Authenticate: {challenge}\r\n"))}Content-Length: 0\r\nConnection: close\r\n\r\n");

        /// <summary>Stays silent until the test is over.</summary>
        public Task HangAsync() => Task.Delay(Timeout.Infinite, End);
    }
}
