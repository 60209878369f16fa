using System.Net;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>Motion JPEG over HTTP, as most network cameras offer it: <c>multipart/x-mixed-replace</c>.</summary>
internal sealed class HttpStream(HttpClient client, HttpResponseMessage response, Stream content) : INetworkStream
{
    public Stream Content => content;

    public string Backend => "HTTP";

    public bool IsDevicesOwn => true;

    /// <returns>Null where the address does not speak HTTP, or answers with something else than motion JPEG.</returns>
    public static async Task<HttpStream?> TryOpenAsync(CaptureRequest request, Uri address, CancellationToken cancellationToken)
    {
        if (address.Scheme is not ("http" or "https"))
        {
            return null;
        }

        var client = new HttpClient(new SocketsHttpHandler { Credentials = CredentialsIn(address), ConnectTimeout = request.OpenTimeout })
        {
            Timeout = Timeout.InfiniteTimeSpan, // it would end the stream as well; the caller's token ends the opening
        };
        HttpResponseMessage? response = null;
        try
        {
            var bare = new UriBuilder(address) { UserName = "", Password = "" }.Uri;
            response = await client.GetAsync(bare, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            if (response.Content.Headers.ContentType?.MediaType is "multipart/x-mixed-replace")
            {
                return new HttpStream(client, response, await response.Content.ReadAsStreamAsync(cancellationToken));
            }
        }
        catch
        {
            response?.Dispose();
            client.Dispose();
            throw;
        }

        response.Dispose();
        client.Dispose();
        return null;
    }

    public void Dispose()
    {
        content.Dispose();
        response.Dispose();
        client.Dispose();
    }

    /// <summary>For this camera only, wherever it redirects to; sent when it asks for them.</summary>
    private static CredentialCache? CredentialsIn(Uri address)
    {
        if (address.UserInfo.Length == 0)
        {
            return null;
        }

        var parts = address.UserInfo.Split(':', 2);
        var credential = new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        var camera = new Uri(address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        return new CredentialCache { { camera, "Digest", credential }, { camera, "Basic", credential } };
    }
}
