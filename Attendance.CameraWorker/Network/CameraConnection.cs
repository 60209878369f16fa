using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Attendance.CameraWorker.Sources;

namespace Attendance.CameraWorker.Network;

/// <summary>Connects to one camera, with TLS if its scheme demands it. Nothing else in a worker opens a connection to the network.</summary>
internal sealed class CameraConnection(string cameraId, CertificateCheck certificates)
{
    /// <exception cref="CaptureException">The camera cannot be reached, or its certificate is refused; the message says which.</exception>
    /// <returns>The stream, and the camera's IPv4 address as text, or null if it has another kind of address.</returns>
    public async Task<(Stream Stream, string? Ip)> ConnectAsync(CameraAddress address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            var ip = (socket.RemoteEndPoint as IPEndPoint)?.Address is { } remote ? (remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote) : null;
            return (address.IsSecure ? await SecureAsync(stream, address, cancellationToken) : stream, ip?.AddressFamily == AddressFamily.InterNetwork ? ip.ToString() : null);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw Failure(exception.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its host name is not known. Is it spelled right, and does this machine's name server know it?",
                SocketError.ConnectionRefused => $"nothing listens on port {address.Port} there. Is the port right, and is the camera's service switched on?",
                SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut => "it cannot be reached over the network. Is it switched on and on this network?",
                _ => $"the connection failed ({exception.SocketErrorCode}).",
            });
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <param name="what">A sentence that calls the camera 'it' and contains no address.</param>
    public CaptureException Failure(string what) => Failure(CaptureFailureCode.OpenFailed, what);

    public CaptureException Failure(CaptureFailureCode code, string what) => new(code, $"Camera '{cameraId}': {what}");

    private async Task<Stream> SecureAsync(NetworkStream stream, CameraAddress address, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, _, errors) => certificates.Accept(certificate, errors));
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host }, cancellationToken);
            return secure;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            await secure.DisposeAsync();
            throw Failure(certificates.Refusal is { } refusal
                ? refusal + "."
                : $"there is no TLS to be had on port {address.Port}. Does the camera speak {address.Bare.Scheme} there, and a version of TLS that this system allows?");
        }
    }
}
