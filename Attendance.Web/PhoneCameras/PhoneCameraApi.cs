using System.Net;
using Attendance.Web.Forwarding;

namespace Attendance.Web.PhoneCameras;

/// <summary>Asks camera-api about the camera of a paired phone, and takes it back.</summary>
internal sealed class PhoneCameraApi(CameraApiClient client)
{
    private const int LargestAnswer = 64 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>Longer than a page that does not answer has to stop its camera.</summary>
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(10);

    /// <summary>States of a camera that nobody publishes now.</summary>
    private static readonly string[] s_away = ["missing", "unreachable", "suspended"];

    /// <returns>Whether the phone holds its camera and publishes it now. If camera-api does not answer, it does not.</returns>
    public async Task<bool> IsPublishedAsync(string cameraId, CancellationToken cancellationToken) =>
        await StateAsync(cameraId, cancellationToken) == "held"
        && await StateAsync(PublishedCamera.IdOf(cameraId), cancellationToken) is { } state && !s_away.Contains(state);

    private async Task<string?> StateAsync(string cameraId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, CameraAddress(cameraId));
        return await client.AskAsync<string?>(request, s_patience, UnderstandAsync, null, cancellationToken);

        static async Task<string?> UnderstandAsync(HttpResponseMessage response, CancellationToken cancellationToken)
        {
            await response.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK ? (await response.Content.ReadFromJsonAsync<Shown>(WireJson.Kept, cancellationToken))?.State : null;
        }
    }

    /// <summary>Takes the phone's camera back as ops do: its page is told, and stops its camera before it answers.</summary>
    /// <param name="by">The account for which it is taken back.</param>
    /// <returns>Whether it is free.</returns>
    public async Task<bool> TakeBackAsync(string cameraId, string by, string why, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, CameraAddress(cameraId) + "/release")
        {
            Content = JsonContent.Create(new ReleaseRequest(by, why), options: WireJson.Requests),
        };
        return await client.AskAsync(request, s_stopPatience, UnderstandAsync, false, cancellationToken);

        static async Task<bool> UnderstandAsync(HttpResponseMessage response, CancellationToken cancellationToken)
        {
            await response.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
            return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound
                || (response.StatusCode == HttpStatusCode.Conflict && (await response.Content.ReadFromJsonAsync<Refused>(WireJson.Kept, cancellationToken))?.Code == ProblemCodes.NotHeld);
        }
    }

    private static string CameraAddress(string cameraId) => $"{CameraApiClient.Address}/api/cameras/{Uri.EscapeDataString(cameraId)}";

    private sealed record Shown(string? State = null);

    private sealed record Refused(string? Code = null);
}
