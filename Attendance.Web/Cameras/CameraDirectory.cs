using System.Net;
using Attendance.Web.Forwarding;

namespace Attendance.Web.Cameras;

internal enum CameraPresence
{
    Known,
    Unknown,

    /// <summary>It cannot be determined now. Unlike for an unknown camera, the page is shown and explains the problem itself.</summary>
    Undecided,
}

/// <summary>Asks camera-api whether a camera exists. Gives up after the time that a visitor would wait.</summary>
internal sealed class CameraDirectory(CameraApiClient client)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public async Task<CameraPresence> FindAsync(string cameraId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{CameraApiClient.Address}/api/cameras/{Uri.EscapeDataString(cameraId)}");
        return await client.AskAsync(
            request,
            s_patience,
            (response, _) => Task.FromResult(response.StatusCode switch
            {
                HttpStatusCode.OK => CameraPresence.Known,
                HttpStatusCode.NotFound => CameraPresence.Unknown,
                _ => CameraPresence.Undecided,
            }),
            CameraPresence.Undecided,
            cancellationToken);
    }
}
