using System.Net;
using System.Text.Json;
using Attendance.CameraApi.Views;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Fans a question out to all other nodes and merges their answers with this node's own. Nodes that do not answer before the
/// timeout are listed as unreachable. A request that comes from a node, or that is for one node only, is not fanned out.
/// </summary>
internal sealed class NodeFanOut(NodeRegistry nodes, Peers peers, TimeProvider clock)
{
    private const int LongestAnswer = 16 * 1024 * 1024;
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(1);

    public async Task<CamerasResponse> AddToAsync(HttpContext context, PageRequest page, CamerasResponse own)
    {
        var (answers, unreachable) = await AskAsync<CamerasResponse>(context, "/api/cameras" + page.ToQuery());
        var (cameras, next) = Merge(page, [(own.Cameras, own.Next), .. answers.Select(one => (one.Cameras, one.Next))]);
        return new CamerasResponse(cameras, next, unreachable);
    }

    public async Task<StatusResponse> AddToAsync(HttpContext context, PageRequest page, StatusResponse own)
    {
        var (answers, unreachable) = await AskAsync<StatusResponse>(context, "/api/camera/status" + page.ToQuery());
        var (cameras, next) = Merge(page, [(own.Cameras, own.Next), .. answers.Select(one => (one.Cameras, one.Next))]);
        return own with
        {
            ActiveCameras = own.ActiveCameras + answers.Sum(one => one.ActiveCameras),
            CameraIds = [.. cameras.Where(camera => camera.LeaseRef is not null).Select(camera => camera.CameraId)],
            Cameras = cameras,
            Next = next,
            Unreachable = unreachable,
            Leaks = own.Leaks + answers.Sum(one => one.Leaks),
            Quarantined = own.Quarantined + answers.Sum(one => one.Quarantined),
        };
    }

    /// <param name="body">The body of a POST, or null for a GET.</param>
    public async Task<(IReadOnlyList<T> Answers, IReadOnlyList<string> Unreachable)> AskAsync<T>(
        HttpContext context, string path, object? body = null, TimeSpan? patience = null, IReadOnlyList<NodeEntry>? asked = null) where T : class
    {
        if (Peers.AnswersForItself(context.Request))
        {
            return ([], []);
        }

        IReadOnlyList<NodeEntry> all = asked ?? [.. nodes.Up];
        var answers = await Task.WhenAll(all.Select(other => AskAsync<T>(other, path, body, patience ?? s_moment, HowLong(context, body))));
        return (
            [.. answers.Where(one => IsSuccess(one.Status)).Select(one => one.Answer!)],
            [
                .. answers.Where(one => !IsSuccess(one.Status)).Select(one => one.Node.Node),
                .. asked is null ? nodes.Lost.Select(lost => lost.Node) : [],
            ]);
    }

    /// <summary>Asks questions to which a refusal is an answer too.</summary>
    /// <returns>One result for each node; its status is null if there was no answer.</returns>
    public async Task<IReadOnlyList<(NodeEntry Node, HttpStatusCode? Status, T? Answer)>> AskEachAsync<T>(
        HttpContext context, string path, IReadOnlyList<NodeEntry> asked, object? body = null) where T : class => Peers.AnswersForItself(context.Request)
        ? []
        : await Task.WhenAll(asked.Select(other => AskAsync<T>(other, path, body, s_moment, HowLong(context, body))));

    /// <summary>Commands finish even if the caller disconnects; queries are cancelled with it.</summary>
    private static CancellationToken HowLong(HttpContext context, object? body) => body is null ? context.RequestAborted : CancellationToken.None;

    private static bool IsSuccess(HttpStatusCode? status) => status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;

    private async Task<(NodeEntry Node, HttpStatusCode? Status, T? Answer)> AskAsync<T>(
        NodeEntry other, string path, object? body, TimeSpan patience, CancellationToken cancellationToken) where T : class
    {
        using var late = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(other.Address!, path));
        request.Content = body is null ? null : JsonContent.Create(body, options: WireJson.Requests);
        try
        {
            using var response = await peers.SendAsync(request, either.Token);
            return (other, response.StatusCode, await ReadAsync<T>(response, either.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (other, null, null);
        }
    }

    /// <summary>
    /// Reads an answer. One that lacks a required property counts as no answer, and so does a refusal that is not a problem document.
    /// </summary>
    private static async Task<T?> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) where T : class
    {
        await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
        return await response.Content.ReadFromJsonAsync<T>(WireJson.Kept, cancellationToken) ?? throw new JsonException();
    }

    /// <summary>
    /// Merges the parts in the order of a page and cuts them to its length. A shared camera is listed once, by the node that holds it
    /// if there is one.
    /// </summary>
    private static (IReadOnlyList<CameraView> Cameras, string? Next) Merge(
        PageRequest page, IReadOnlyList<(IReadOnlyList<CameraView> Cameras, string? Next)> parts)
    {
        var all = parts.SelectMany(part => part.Cameras)
            .GroupBy(camera => camera.Scope is null ? (camera.CameraId, camera.Node) : (camera.CameraId, "shared:" + camera.Scope))
            .Select(same => same.OrderBy(camera => camera.LeaseRef is null).ThenBy(camera => camera.Node, StringComparer.Ordinal).First())
            .ToList();
        all.Sort((one, other) => PageRequest.Compare((one.CameraId, one.Node), (other.CameraId, other.Node)));

        // A part that has a next page may have more cameras after its last one, so the merged list is complete only up to there.
        var complete = parts.Where(part => part.Next is not null).Select(part => part.Cameras[^1])
            .OrderBy(last => last.CameraId, StringComparer.Ordinal).ThenBy(last => last.Node, StringComparer.Ordinal).FirstOrDefault();
        if (complete is not null)
        {
            all.RemoveAll(camera => PageRequest.Compare((camera.CameraId, camera.Node), (complete.CameraId, complete.Node)) > 0);
        }

        var cut = all.Take(page.Limit).ToList();
        return (cut, cut.Count < all.Count || complete is not null ? PageRequest.Cursor(cut[^1]) : null);
    }
}
