using System.Net;
using System.Net.Mime;
using System.Text.RegularExpressions;
using Attendance.Web.Accounts;
using Attendance.Web.Forwarding;
using Attendance.Web.Http;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Operations;

/// <summary>
/// Relays camera-api's events to a console as they arrive. A console stays connected for some minutes only and then reconnects, so one
/// that has lost its rights is disconnected by then. YARP does not forward this stream, because here a stream that is ended on purpose
/// ends as a complete response. A stream that is cut off shows as an error in the browser's console.
/// </summary>
internal sealed partial class EventRelay(
    CameraApiClient client, CameraApiReach reach, OpenConnections connections, IOptions<OperationsOptions> options, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private const string Address = $"{CameraApiClient.Address}/api/events?live=true";
    private const string LastEventId = "Last-Event-ID";

    /// <summary>
    /// How long to wait for data. camera-api sends something at least every 5 s. After this time the console has to reconnect, and then
    /// reaches another node.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    public async Task RelayAsync(HttpContext context)
    {
        using var late = new CancellationTokenSource(options.Value.StreamLasts, clock);
        using var open = await connections.FollowAsync(context);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted, lifetime.ApplicationStopping, open.Over);
        using var silent = new CancellationTokenSource(s_patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, silent.Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);
        client.AddKey(request);
        if (context.Request.Headers[LastEventId].ToString() is { Length: > 0 } last && EventId().IsMatch(last))
        {
            request.Headers.Add(LastEventId, last);
        }

        try
        {
            using var response = await client.Invoker.SendAsync(request, either.Token);
            if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != MediaTypeNames.Text.EventStream)
            {
                await RefuseAsync(context, $"status {(int)response.StatusCode}");
                return;
            }

            reach.Answered();
            context.Response.ContentType = MediaTypeNames.Text.EventStream;
            context.Response.Headers["X-Accel-Buffering"] = "no"; // so that no proxy collects events and delays them
            await context.Response.StartAsync(either.Token);
            await CopyAsync(response, context.Response, silent, either.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !over.IsCancellationRequested))
        {
            await RefuseAsync(context, exception is OperationCanceledException ? "silence" : exception.Message);
        }
        catch (OperationCanceledException)
        {
            // The time is over, or the client has disconnected.
        }
    }

    private static async Task CopyAsync(HttpResponseMessage from, HttpResponse to, CancellationTokenSource silent, CancellationToken cancellationToken)
    {
        await using var events = await from.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[16 * 1024];
        for (int read; (read = await events.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            silent.CancelAfter(s_patience);
            await to.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await to.Body.FlushAsync(cancellationToken);
        }
    }

    /// <summary>Reports a failure. If the stream has already begun, it just ends: the console reconnects, and gets the error then.</summary>
    private async Task RefuseAsync(HttpContext context, string why)
    {
        reach.Failed(why);
        if (!context.Response.HasStarted)
        {
            await ApiProblems.CameraApiUnavailable().ExecuteAsync(context);
        }
    }

    /// <summary>Matches a list of positions, one in the events of each node.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9.-]{1,4096}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EventId();
}
