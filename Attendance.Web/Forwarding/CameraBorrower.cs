using System.Net;
using System.Security.Cryptography;

namespace Attendance.Web.Forwarding;

/// <summary>Why a camera is not lent now.</summary>
internal enum BorrowRefusal
{
    /// <summary>A page, a kiosk, or a service has it for itself, or another process of Web watches it.</summary>
    InUse,

    /// <summary>Another program of the camera's machine has it open.</summary>
    InUseElsewhere,

    /// <summary>It could not be shown to be free after its last use.</summary>
    Quarantined,

    /// <summary>There is no camera of this id.</summary>
    Unknown,

    /// <summary>It does not open.</summary>
    Away,

    /// <summary>camera-api, or its store, does not answer.</summary>
    NoAnswer,
}

/// <summary>Borrows cameras for Web itself. What a page borrows is the page's own, and is only forwarded.</summary>
internal sealed class CameraBorrower(CameraApiClient client, TimeProvider clock)
{
    private const int LargestAnswer = 64 * 1024;

    /// <summary>
    /// Web shares the cameras that it watches with whoever looks at them. It is the only one in this role, so that each camera is watched by
    /// one process.
    /// </summary>
    private const string Mode = "shared", Role = "recognizer";

    /// <summary>How long to wait for a camera to open. A slow device takes 10 s.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Returns a new session id. It is random, so that no two processes share a lease: if several want the same camera, camera-api lends it to
    /// one of them.
    /// </summary>
    public static string NewSession() => $"web_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";

    /// <summary>Asks for a camera, and does not wait in its queue. A session that has the camera already gets the same lease.</summary>
    /// <returns>The camera or why there is none. Exactly one of them is null.</returns>
    public async Task<(BorrowedCamera? Camera, BorrowRefusal? Refusal)> BorrowAsync(string cameraId, string sessionId, TimeSpan lasts, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, CameraApiClient.Address + "/api/leases")
        {
            Content = JsonContent.Create(new Wish(sessionId, cameraId, (int)lasts.TotalSeconds, Mode, Role), options: WireJson.Requests),
        };
        BorrowedCamera? camera = null;
        try
        {
            var (granted, refusal) = await client.AskAsync<(Granted?, BorrowRefusal?)>(request, s_patience, UnderstandAsync, (null, BorrowRefusal.NoAnswer), cancellationToken);
            if (granted is not null)
            {
                camera = new BorrowedCamera(client, clock, sessionId, new(granted.LeaseId, granted.CameraId, granted.FencingToken), lasts);
                if (await camera.BeginAsync(cancellationToken))
                {
                    return (camera, null);
                }
            }
            else if (refusal != BorrowRefusal.NoAnswer)
            {
                return (null, refusal);
            }
        }
        catch (OperationCanceledException)
        {
            await GiveBackAsync(camera, sessionId);
            throw;
        }

        await GiveBackAsync(camera, sessionId); // it may have been lent although the answer did not come
        return (null, BorrowRefusal.NoAnswer);
    }

    private async Task GiveBackAsync(BorrowedCamera? camera, string sessionId)
    {
        if (camera is null)
        {
            await BorrowedCamera.GiveBackAsync(client, sessionId);
        }
        else
        {
            await camera.DisposeAsync();
        }
    }

    private static async Task<(Granted?, BorrowRefusal?)> UnderstandAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created)
        {
            return (await response.Content.ReadFromJsonAsync<Granted>(WireJson.Kept, cancellationToken), null);
        }

        var refused = await response.Content.ReadFromJsonAsync<Refused>(WireJson.Kept, cancellationToken);
        return (null, refused?.Code switch
        {
            ProblemCodes.CameraInUse or ProblemCodes.CameraFull => BorrowRefusal.InUse,
            ProblemCodes.CameraQuarantined => BorrowRefusal.Quarantined,
            ProblemCodes.UnknownCamera => BorrowRefusal.Unknown,
            ProblemCodes.CameraUnavailable => refused.Cause == "device_busy" ? BorrowRefusal.InUseElsewhere : BorrowRefusal.Away,
            _ => BorrowRefusal.NoAnswer,
        });
    }

    private sealed record Wish(string SessionId, string CameraId, int TtlSeconds, string Mode, string Role);

    private sealed record Granted(string LeaseId, string CameraId, long FencingToken);

    private sealed record Refused(string? Code = null, string? Cause = null);
}
