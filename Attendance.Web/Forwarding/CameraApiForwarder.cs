using Attendance.ServiceDefaults;
using Attendance.Web.Accounts;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Attendance.Web.Forwarding;

/// <summary>Sends a request on as it came, and its answer back as it comes: a stream ends when either side ends it.</summary>
internal sealed class CameraApiForwarder(
    IHttpForwarder forwarder,
    CameraApiClient client,
    CameraApiTransformer transformer,
    CameraApiReach reach,
    OpenConnections connections,
    OpenSockets sockets,
    IHostApplicationLifetime lifetime)
{
    /// <summary>Longer than a slow device takes to open, than a stalled one takes to be opened again, and than a presence
    /// socket is without a ping.</summary>
    private static readonly ForwarderRequestConfig s_config = new() { ActivityTimeout = TimeSpan.FromSeconds(60) };

    /// <summary>As <see cref="ForwardAsync"/>, for what ends with its page only: a Web that stops does not wait for it.</summary>
    public async Task ForwardSocketAsync(HttpContext context)
    {
        using var place = sockets.TryEnter();
        if (place is null)
        {
            await ApiProblems.TooManySockets(context).ExecuteAsync(context);
            return;
        }

        await using var stopping = lifetime.ApplicationStopping.Register(context.Abort);
        await SendAsync(context);
    }

    /// <summary>What has a body is read whole first: so camera-api is not asked at all where it cannot be read.</summary>
    public async Task ForwardAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            if (await BoundedBody.ReadAsync(context.Request, context.RequestAborted) is not { } body)
            {
                await ApiProblems.TooLarge().ExecuteAsync(context);
                return;
            }

            BoundedBody.Replace(context.Request, body);
        }

        await SendAsync(context);
    }

    private async Task SendAsync(HttpContext context)
    {
        using var open = await connections.FollowAsync(context);
        await using var cut = open.Over.Register(context.Abort);
        var error = await forwarder.SendAsync(context, CameraApiClient.Address, client.Invoker, s_config, transformer);
        if (error == ForwarderError.None)
        {
            reach.Answered();
            return;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (error is ForwarderError.RequestCreation or ForwarderError.RequestBodyClient or ForwarderError.UpgradeRequestClient && !context.Response.HasStarted)
        {
            await ApiProblems.Unreadable(StatusCodes.Status400BadRequest).ExecuteAsync(context);
            return;
        }

        reach.Failed(error.ToString());
        if (context.Response.HasStarted)
        {
            context.Abort(); // a picture cut in half must not look like the end of the stream
        }
        else
        {
            await ApiProblems.CameraApiUnavailable(context).ExecuteAsync(context);
        }
    }
}
