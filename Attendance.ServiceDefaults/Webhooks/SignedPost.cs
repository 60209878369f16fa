using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Attendance.ServiceDefaults.Webhooks;

/// <summary>Sends the requests of webhooks, those of alerts and those of check-ins alike.</summary>
public static class SignedPost
{
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(5);

    /// <param name="mayCall">
    /// Whether a resolved address may be called. It is asked when the connection is made, so that a name that leads elsewhere in the meantime is of
    /// no use. A proxy is not used then, because it would resolve the name itself. Null: every address may be called.
    /// </param>
    public static HttpMessageInvoker CreateClient(Func<IPAddress, bool>? mayCall = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a request that is signed for one receiver is not sent to another
            UseCookies = false,
            ActivityHeadersPropagator = null, // disables the span, which would contain the whole address
            ConnectTimeout = s_connect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (mayCall is not null)
        {
            handler.UseProxy = false;
            handler.ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, mayCall, cancellationToken);
        }

        return new HttpMessageInvoker(handler);
    }

    /// <param name="secrets">The keys to sign with. A key that replaces another one is sent together with it for a while.</param>
    /// <returns>The status of the answer.</returns>
    /// <exception cref="HttpRequestException">The receiver could not be reached.</exception>
    public static async Task<int> SendAsync(
        HttpMessageInvoker http, string address, IEnumerable<string> secrets, string id, DateTimeOffset at, string body, CancellationToken cancellationToken)
    {
        var timestamp = at.ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", string.Join(' ', secrets.Select(secret => WebhookSignature.Of(secret, id, timestamp, body))));
        using var response = await http.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint wanted, Func<IPAddress, bool> mayCall, CancellationToken cancellationToken)
    {
        var found = await Dns.GetHostAddressesAsync(wanted.Host, cancellationToken);
        var allowed = found.Where(mayCall).ToArray();
        if (allowed.Length == 0)
        {
            throw new AddressRefusedException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, wanted.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The name of a receiver leads to addresses that may not be called. It is the inner exception of what <see cref="SignedPost.SendAsync"/> throws.</summary>
public sealed class AddressRefusedException() : Exception("The receiver is at an address that may not be called.");
