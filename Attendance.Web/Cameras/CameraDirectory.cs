using System.Net;
using Attendance.Web.Forwarding;

namespace Attendance.Web.Cameras;

internal enum CameraPresence
{
    Known,
    Unknown,

    /// <summary>Nobody can say now. Not the same as unknown: the page is shown and explains itself.</summary>
    Undecided,
}

/// <summary>Asks camera-api whether there is such a camera, and never for longer than a visitor would wait.</summary>
internal sealed class CameraDirectory(CameraApiClient client, TimeProvider clock)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public async Task<CameraPresence> FindAsync(string cameraId, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var response = await client.GetAsync($"/api/cameras/{Uri.EscapeDataString(cameraId)}", either.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => CameraPresence.Known,
                HttpStatusCode.NotFound => CameraPresence.Unknown,
                _ => CameraPresence.Undecided,
            };
        }
        catch (HttpRequestException)
        {
            return CameraPresence.Undecided;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CameraPresence.Undecided;
        }
    }
}
