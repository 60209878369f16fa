using System.Text;
using Attendance.CameraWorker.Sources;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// Sends requests to a camera over HTTP. It does not use the runtime's HTTP client, because that refuses answers with heads as some cameras
/// write them: with lines that have no name, with lengths that do not fit, or no head at all. Each request has its own connection, and the
/// camera decides when it ends.
/// </summary>
internal sealed class HttpCamera(CameraConnection connection, CameraAddress address)
{
    private const int MostRedirections = 5, MostAttempts = 4;

    private Authentication _authentication = new(address.Credential);

    /// <summary>The camera's address after redirections.</summary>
    public CameraAddress Address { get; private set; } = address;

    /// <summary>Requests the configured address and follows redirections to the same host.</summary>
    /// <exception cref="CaptureException">There is no usable answer; the message says why.</exception>
    public async Task<HttpAnswer> OpenAsync(CancellationToken cancellationToken)
    {
        for (var redirections = 0; ; redirections++)
        {
            var answer = await AskAsync(Address.Bare.PathAndQuery, range: null, cancellationToken);
            if (answer.Head is not { Status: >= 300 and < 400 } head)
            {
                return answer.Head is { Status: >= 400 or < 200 and > 0 } refused ? throw Refused(answer, refused) : answer;
            }

            answer.Dispose();
            var to = head["Location"] is { } location ? Address.Redirected(location) : null;
            if (to is null || redirections == MostRedirections)
            {
                throw connection.Failure(to is null
                    ? "it redirects to another host, to one without TLS, or to nowhere; only redirections to itself are followed. Configure the address that it leads to."
                    : "it redirects in a circle.");
            }

            _authentication = to.Credential is null ? new(null) : _authentication;
            Address = to;
        }
    }

    /// <summary>Requests a path of the camera without following redirections, and with credentials if the camera demands them.</summary>
    /// <exception cref="CaptureException">The camera refuses the credentials or does not answer.</exception>
    public async Task<HttpAnswer> AskAsync(string target, string? range, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await SendAsync(target, range, cancellationToken);
            if (answer.Head is not { Status: 401 } head)
            {
                return answer;
            }

            answer.Dispose();
            var refusal = _authentication.Take(head.All("WWW-Authenticate"), wasAnswered: attempt > 0);
            if (refusal is not null || attempt == MostAttempts)
            {
                throw connection.Failure((refusal ?? "it asks for the password again and again") + ".");
            }
        }
    }

    private async Task<HttpAnswer> SendAsync(string target, string? range, CancellationToken cancellationToken)
    {
        var input = new BufferedInput(await OpenConnectionAsync(target, range, cancellationToken));
        try
        {
            var answer = await AnswerAsync(input, cancellationToken);
            return answer ?? throw connection.Failure("it ended the connection without an answer.");
        }
        catch (Exception exception)
        {
            await input.DisposeAsync();
            throw exception is InvalidDataException or IOException ? connection.Failure("its answer cannot be read: the head of it does not end.") : exception;
        }
    }

    private async Task<Stream> OpenConnectionAsync(string target, string? range, CancellationToken cancellationToken)
    {
        var (stream, _) = await connection.ConnectAsync(Address, cancellationToken);
        try
        {
            var request = new StringBuilder($"GET {target} HTTP/1.1\r\nHost: {Address.Authority}\r\nUser-Agent: Attendance\r\nAccept: */*\r\n");
            request.Append(range is null ? "" : $"Range: {range}\r\n");
            request.Append(_authentication.Answer("GET", target) is { } answer ? $"Authorization: {answer}\r\n" : "");
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request.Append("Connection: close\r\n\r\n").ToString()), cancellationToken);
            return stream;
        }
        catch (IOException)
        {
            await stream.DisposeAsync();
            throw connection.Failure("it ended the connection without an answer.");
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<HttpAnswer?> AnswerAsync(BufferedInput input, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!await input.LookAsync(4, cancellationToken) && input.Ahead.IsEmpty)
            {
                return null;
            }

            if (!input.Ahead.StartsWith("HTTP"u8) && !input.Ahead.StartsWith("ICY "u8) && !input.Ahead.StartsWith("\r\n"u8))
            {
                return new HttpAnswer(Head: null, input); // there is no head; the pictures begin at once
            }

            if (await input.HeadAsync(cancellationToken) is not { } head)
            {
                return null;
            }

            if (head.Status is < 100 or >= 200)
            {
                var isEndless = head.Multipart is not null; // even if the head states a length
                var isChunked = head["Transfer-Encoding"]?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true;
                return new HttpAnswer(head, new HttpBody(input, isChunked, isEndless ? null : head.ContentLength));
            }
        }
    }

    private CaptureException Refused(HttpAnswer answer, MessageHead head)
    {
        answer.Dispose();
        return connection.Failure(head.Status switch
        {
            403 => "it forbids this stream to this user (403).",
            404 or 410 => $"it has nothing at this path ({head.Status}). Is the path right?",
            503 or 453 or 429 => $"it is busy ({head.Status}). Are too many others watching it?",
            _ => $"it answers with an error ({head.Status}).",
        });
    }
}

/// <param name="Head">The head of the answer, or null if the camera sent none.</param>
internal sealed record HttpAnswer(MessageHead? Head, Stream Body) : IDisposable
{
    public void Dispose() => Body.Dispose();
}
