using System.Net;

namespace Attendance.CameraApi.Capture.Worker.Network;

/// <summary>Where a camera is and who it is told to be asked by. Only the bare address is ever put into a request line, and neither into a message.</summary>
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

    /// <summary>Without credentials.</summary>
    public Uri Bare { get; }

    public NetworkCredential? Credential { get; }

    public bool IsSecure => Bare.Scheme is "https" or "rtsps";

    public string Host => Bare.IdnHost.Trim('[', ']');

    public int Port => Bare.Port > 0 ? Bare.Port : Bare.Scheme == "rtsps" ? RtspsPort : RtspPort;

    /// <summary>As a request names it: an IPv6 address in brackets, the port where it is not the scheme's own.</summary>
    public string Authority => Bare.GetComponents(UriComponents.Host | UriComponents.Port, UriFormat.UriEscaped);

    /// <summary>
    /// Follows a redirection, which leads to the same host only: a camera may not make this node ask others. Credentials go along
    /// to the same port, or to the same host under TLS.
    /// </summary>
    /// <returns>Null where it leads elsewhere, or from TLS to none.</returns>
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
