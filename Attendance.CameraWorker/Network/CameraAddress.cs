using System.Net;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// A camera's address and the credentials for it. Only the address without credentials goes into a request line, and neither goes into a
/// message.
/// </summary>
internal sealed class CameraAddress
{
    private const int RtspPort = 554, RtspsPort = 322;

    public CameraAddress(Uri configured)
    {
        Bare = new UriBuilder(configured) { UserName = "", Password = "", Fragment = "" }.Uri;
        if (configured.UserInfo.Length > 0)
        {
            var parts = configured.UserInfo.Split(':', 2);
            Credential = new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }
    }

    private CameraAddress(Uri bare, NetworkCredential? credential) => (Bare, Credential) = (bare, credential);

    /// <summary>The address without credentials.</summary>
    public Uri Bare { get; }

    public NetworkCredential? Credential { get; }

    public bool IsSecure => Bare.Scheme is "https" or "rtsps";

    public string Host => Bare.IdnHost.Trim('[', ']');

    public int Port => Bare.Port > 0 ? Bare.Port : Bare.Scheme == "rtsps" ? RtspsPort : RtspPort;

    /// <summary>
    /// The host and port as a request names them: an IPv6 address in brackets, and the port only if it is not the scheme's default.
    /// </summary>
    public string Authority => Bare.GetComponents(UriComponents.Host | UriComponents.Port, UriFormat.UriEscaped);

    /// <summary>
    /// Returns the address that a redirection leads to. It must be on the same host, because a camera may not make this node send requests to
    /// others. The credentials are kept if the port is the same or the new address uses TLS.
    /// </summary>
    /// <returns>The new address, or null if the redirection leads to another host, to another protocol, or from TLS to no TLS.</returns>
    public CameraAddress? Redirected(string location)
    {
        if (!Uri.TryCreate(Bare, location, out var to) || to.Scheme is not ("http" or "https" or "rtsp" or "rtsps")
            || to.Scheme[0] != Bare.Scheme[0] || !to.IdnHost.Equals(Bare.IdnHost, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var there = new CameraAddress(new UriBuilder(to) { UserName = "", Password = "", Fragment = "" }.Uri, Credential);
        if (IsSecure && !there.IsSecure)
        {
            return null;
        }

        return there.Port == Port || there.IsSecure ? there : new CameraAddress(there.Bare, credential: null);
    }
}
