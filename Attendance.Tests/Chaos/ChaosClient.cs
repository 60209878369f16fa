using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;

namespace Attendance.Tests.Chaos;

/// <summary>A client that borrows cameras at random, uses them, and gives them back or does not.</summary>
internal sealed class ChaosClient(AttendanceSystem system, Witness witness, string[] cameras, int number, Random random)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private int _sessions;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var camera = cameras[random.Next(cameras.Length)];
            var session = $"chaos_{number}_{++_sessions}_{random.Next():x8}";
            var ending = random.Next(4);
            var uses = random.Next(1, 6);
            var takeover = random.Next(8) == 0;
            var isShared = random.Next(2) == 0;
            if (await AcquireAsync(camera, session, takeover, isShared) is { } lease)
            {
                await UseAsync(camera, lease, uses, isShared, cancellationToken);
                await EndAsync(camera, session, lease, ending);
            }

            await PauseAsync(random.Next(20, 400), cancellationToken);
        }
    }

    private async Task<Lease?> AcquireAsync(string camera, string session, bool takeover, bool isShared)
    {
        using var response = await AskAsync(() => system.Api.PostAsJsonAsync(
            "/api/leases", new { session_id = session, camera_id = camera, ttl_seconds = 5, takeover, mode = isShared ? "shared" : "exclusive" }));
        if (response is not { StatusCode: HttpStatusCode.Created or HttpStatusCode.OK })
        {
            witness.Count($"acquire {(response is null ? "no answer" : (int)response.StatusCode)}");
            if (response is { StatusCode: HttpStatusCode.InternalServerError })
            {
                witness.Violated($"an acquire of {camera} was answered with 500");
            }

            return null;
        }

        var lease = Lease.From(await response.Content.ReadFromJsonAsync<JsonElement>());
        witness.GrantedTo(session, camera, lease, isShared);
        witness.Count(isShared ? "acquire granted, shared" : "acquire granted");
        return lease;
    }

    private async Task UseAsync(string camera, Lease lease, int uses, bool isShared, CancellationToken cancellationToken)
    {
        for (var use = 0; use < uses && !cancellationToken.IsCancellationRequested; use++)
        {
            await PauseAsync(random.Next(50, 1200), cancellationToken);
            var renews = random.Next(2) == 0;
            var newest = witness.NewestToken(camera, isShared);
            using var response = await AskAsync(() => renews
                ? system.Api.PutAsync($"/api/leases/{lease.Id}", null)
                : system.Api.GetAsync(lease.SnapshotUrl));
            var what = renews ? "renewal" : "snapshot";
            witness.Count($"{what} {(response is null ? "no answer" : (int)response.StatusCode)}");
            if (response is { StatusCode: HttpStatusCode.OK })
            {
                witness.Served(camera, lease, newest, what);
            }
            else if (response is { StatusCode: HttpStatusCode.Gone })
            {
                return;
            }
        }
    }

    /// <summary>Gives the camera back by lease, by session, or not at all. A late goodbye may be sent twice.</summary>
    private async Task EndAsync(string camera, string session, Lease lease, int ending)
    {
        if (ending == 3)
        {
            witness.Count("left without a word");
            return;
        }

        using var response = await AskAsync(() => ending == 0
            ? system.Api.PostAsJsonAsync("/api/camera/cleanup/", new { session_id = session, reason = "page_hide" })
            : system.Api.DeleteAsync($"/api/leases/{lease.Id}?reason=client"));
        witness.Count($"release {(response is null ? "no answer" : (int)response.StatusCode)}");
        if (response is null)
        {
            return;
        }

        // I6: whatever else is broken, an API that is there releases.
        if (!response.IsSuccessStatusCode)
        {
            witness.Violated($"I6: a release of {camera} was answered with {(int)response.StatusCode}");
            return;
        }

        using var after = await AskAsync(() => system.Api.GetAsync(lease.SnapshotUrl));
        if (after is { StatusCode: HttpStatusCode.OK })
        {
            witness.Violated($"I5: {camera} showed a picture under lease {lease.Ref} after its release");
        }
    }

    /// <returns>Null when the API did not answer: it was killed, or is being.</returns>
    private static async Task<HttpResponseMessage?> AskAsync(Func<Task<HttpResponseMessage>> ask)
    {
        try
        {
            return await ask().WaitAsync(s_patience);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException or TaskCanceledException or IOException)
        {
            return null;
        }
    }

    private static async Task PauseAsync(int milliseconds, CancellationToken cancellationToken) =>
        await Task.Delay(milliseconds, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
}
