using Attendance.ServiceDefaults;
using Attendance.Web.Accounts;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Attendance.Web.Forwarding;

/// <summary>Forwards a request unchanged, and streams the answer back. A stream ends when either side ends it.</summary>
internal sealed class CameraApiForwarder(
    IHttpForwarder forwarder,
    CameraApiClient client,
    CameraApiTransformer transformer,
    CameraApiReach reach,
    OpenConnections connections,
    OpenSockets sockets,
    IHostApplicationLifetime lifetime)
{
    /// <summary>
    /// Longer than a slow device takes to open, than a stalled device takes to be reopened, and than a presence socket is silent between
    /// two pings.
    /// </summary>
    private static readonly ForwarderRequestConfig s_config = new() { ActivityTimeout = TimeSpan.FromSeconds(60) };

    /// <summary>
    /// Forwards a WebSocket as <see cref="ForwardAsync"/> does. It lasts as long as its page, so it is aborted when Web stops.
    /// </summary>
    public async Task ForwardSocketAsync(HttpContext context)
    {
        using var place = sockets.TryEnter();
        if (place is null)
        {
            await ApiProblems.TooManySockets().ExecuteAsync(context);
            return;
        }

        await using var stopping = lifetime.ApplicationStopping.Register(context.Abort);
        await SendAsync(context);
    }

    /// <summary>Forwards a request. The body is read completely first, so that camera-api is not called at all if it cannot be read.</summary>
    public async Task ForwardAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            await PageBody.KeepAsync(context.Request);
        }

        await SendAsync(context);
    }

    private async Task SendAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<NeededRight>() is null)
        {
            throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} does not state which right it needs, so nothing is forwarded.");
        }

        using var open = await connections.FollowAsync(context);
        await using var cut = open.Over.Register(context.Abort);
        var guarded = context.Features.Get<GuardedRequest>();
        var error = await forwarder.SendAsync(context, CameraApiClient.Address, client.Invoker, s_config, transformer, guarded?.Lost ?? CancellationToken.None);
        if (error == ForwarderError.None)
        {
            reach.Answered();
            return;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (guarded?.Lost.IsCancellationRequested == true)
        {
            await RefuseAsync(context, guarded.Refusal);
            return;
        }

        if (error is ForwarderError.RequestCreation or ForwarderError.RequestBodyClient or ForwarderError.UpgradeRequestClient && !context.Response.HasStarted)
        {
            await ApiProblems.Unreadable(StatusCodes.Status400BadRequest).ExecuteAsync(context);
            return;
        }

        reach.Failed(error.ToString());
        await RefuseAsync(context, ApiProblems.CameraApiUnavailable());
    }

    private static async Task RefuseAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort(); // an incomplete picture must not look like the end of the stream
        }
        else
        {
            await problem.ExecuteAsync(context);
        }
    }
}
