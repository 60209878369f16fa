using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Quality;
using Attendance.CameraApi.Views;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Chooses among the cameras of all nodes. Each node is asked which camera it would grant, and the node with the best rated one
/// gets the request. A camera that is rated about as well as this node's own is not worth forwarding the request.
/// </summary>
internal sealed class NodeChoice(CameraChoice choice, CameraViews views, NodeRegistry nodes, SessionNodes sessions, NodeFanOut others, NodeForwarder forwarder, IOptions<QualityOptions> options, TimeProvider clock)
{
    /// <summary>Limit on nodes asked, picked at random. The best of a few is about as good as the best of all.</summary>
    private const int Asked = 15;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Answers with the camera that <c>auto</c> would take now.</summary>
    public async Task<IResult> PreviewAsync(HttpContext context, CameraRequirements requirements)
    {
        var (best, chosen, refused) = choice.Preview(requirements);
        var here = best is not null && views.Find(best.Camera.Id) is { } view ? new BestCameraResponse(view, chosen!) : null;
        var there = (await AskAsync(context, requirements)).MaxBy(offer => offer.Best?.Choice.Rating ?? -1);
        return there?.Best is { } better && better.Choice.Rating > Worth(here) ? TypedResults.Ok(better)
            : here is not null ? TypedResults.Ok(here)
            : LeaseProblems.Refused(context, refused ?? (there is null ? null : new AcquireOutcome.InUse(there.FreeAt)));
    }

    /// <summary>Acquires the best camera for a session, here or on another node.</summary>
    /// <returns>The outcome here, or the answer of another node.</returns>
    public async Task<(AcquireOutcome? Here, IResult? There)> AcquireAsync(
        HttpContext context, CameraRequirements requirements, AcquireOptions acquireOptions, CancellationToken cancellationToken)
    {
        if (nodes.IsAlone || requirements.Node is not null || Peers.Hops(context.Request) > 0)
        {
            return (await choice.AcquireAsync(requirements, acquireOptions, cancellationToken), null);
        }

        foreach (var name in await sessions.FindOthersAsync(acquireOptions.SessionHash))
        {
            if (nodes.TryGetUp(name, out var holder))
            {
                return (null, new Forwarded(forwarder, holder)); // the session gets again the camera that it already has
            }
        }

        var asked = clock.GetTimestamp();
        var (best, chosen, refused) = choice.Preview(requirements);
        var offers = await AskAsync(context, requirements);
        if (Better(offers, best is null ? null : chosen) is { } better)
        {
            return (null, new Forwarded(forwarder, better));
        }

        if (best is null && refused is null && offers.Count > 0) // no camera here meets the requirements
        {
            return (null, new Forwarded(forwarder, offers.MinBy(offer => offer.FreeAt)!.Node)); // the session is refused or queued there
        }

        return await WaitAsync(context, requirements, acquireOptions, asked, offers.Count > 0, cancellationToken);
    }

    /// <summary>
    /// Waits in the queues of this node's cameras. Forwards the request as soon as another node has a free camera that nobody is
    /// queued for.
    /// </summary>
    private async Task<(AcquireOutcome? Here, IResult? There)> WaitAsync(
        HttpContext context, CameraRequirements requirements, AcquireOptions acquireOptions, long asked, bool mayBeElsewhere, CancellationToken cancellationToken)
    {
        using var found = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var here = choice.AcquireAsync(requirements, acquireOptions, found.Token);
        while (mayBeElsewhere && acquireOptions.Wait > TimeSpan.Zero && await Task.WhenAny(here, Task.Delay(s_pause, clock, cancellationToken)) != here)
        {
            if (choice.IsOpening(acquireOptions.SessionHash) || Better(await AskAsync(context, requirements), null) is not { } free)
            {
                continue;
            }

            await found.CancelAsync();
            try
            {
                return (await here, null); // the session's turn here came at the same moment
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                var remaining = acquireOptions.Wait - clock.GetElapsedTime(asked);
                return (null, new Forwarded(forwarder, free, Math.Max(0, (int)remaining.TotalSeconds)));
            }
        }

        return (await here, null);
    }

    private NodeEntry? Better(IReadOnlyList<Offer> offers, ChosenCamera? own) =>
        offers.Where(offer => offer.Best is not null && (own is null || offer.Best.Choice.Rating > own.Rating + options.Value.TieWidth))
            .MaxBy(offer => offer.Best!.Choice.Rating)?.Node;

    private double Worth(BestCameraResponse? here) => here is null ? -1 : here.Choice.Rating + options.Value.TieWidth;

    /// <returns>Offers of those nodes only that have a camera which meets the requirements, in use or not.</returns>
    private async Task<IReadOnlyList<Offer>> AskAsync(HttpContext context, CameraRequirements requirements)
    {
        NodeEntry[] all = [.. nodes.Up];
        Random.Shared.Shuffle(all);
        var answers = await others.AskEachAsync<JsonObject>(context, "/api/cameras" + Query(requirements), [.. all.Take(Asked)]);
        return [.. answers.Select(Read).OfType<Offer>()];
    }

    /// <returns>The offer, or null if there is none or the answer cannot be understood.</returns>
    private Offer? Read((NodeEntry Node, HttpStatusCode? Status, JsonObject? Answer) one)
    {
        try
        {
            return one switch
            {
                { Status: HttpStatusCode.OK, Answer: { } best } => new Offer(one.Node, best.Deserialize<BestCameraResponse>(WireJson.Kept), clock.GetUtcNow()),
                { Status: HttpStatusCode.Conflict } => new Offer(one.Node, null, one.Answer?["expires_at"].Deserialize<DateTimeOffset?>() ?? clock.GetUtcNow()),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Query(CameraRequirements requirements)
    {
        (string Name, IFormattable? Value)[] numbers =
            [("min_width", requirements.MinWidth), ("min_height", requirements.MinHeight), ("min_frame_rate", requirements.MinFrameRate)];
        (string Name, string? Value)[] texts = [("tag", requirements.Tag), ("facing", requirements.Facing), ("test_pattern", requirements.TestPattern is false ? "false" : null),
            ("cameras", requirements.Cameras is { } cameras ? string.Join(',', cameras) : null)];
        return "?best=true" + string.Concat(numbers.Select(one => (one.Name, Value: one.Value?.ToString(null, CultureInfo.InvariantCulture))).Concat(texts)
            .Where(one => one.Value is not null).Select(one => $"&{one.Name}={Uri.EscapeDataString(one.Value!)}"));
    }

    /// <param name="Best">The best free camera, or null if all cameras that meet the requirements are in use.</param>
    private sealed record Offer(NodeEntry Node, BestCameraResponse? Best, DateTimeOffset FreeAt);
}
