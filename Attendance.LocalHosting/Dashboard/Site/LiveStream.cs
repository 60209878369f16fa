using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Dashboard.Telemetry;

namespace Attendance.LocalHosting.Dashboard.Site;

/// <summary>What a page is told as long as it is open: all that there is, then whatever has changed, a few times a second at most.</summary>
internal sealed class LiveStream(
    Changes changes, ResourceList resources, Notifications notifications, LogStore logs, TraceStore traces, MetricStore metrics, TimeProvider clock)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    public async IAsyncEnumerable<SseItem<string>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watch = changes.Begin();
        var sent = new Dictionary<string, string>();
        while (!cancellationToken.IsCancellationRequested)
        {
            await watch.NextAsync(cancellationToken);
            foreach (var (name, data) in Now())
            {
                if (!sent.TryGetValue(name, out var last) || last != data)
                {
                    sent[name] = data;
                    yield return new SseItem<string>(data, name);
                }
            }

            await Task.Delay(s_pause, clock, cancellationToken);
        }
    }

    private IEnumerable<(string Name, string Data)> Now()
    {
        yield return ("resources", Json(resources.All));
        yield return ("notifications", Json(notifications.Open.Select(one => new
        {
            one.Id, one.At, one.Title, one.Message, Intent = one.Intent.ToString(), one.LinkText, one.LinkUrl,
        })));
        yield return ("logs", Json(logs.Count));
        yield return ("traces", Json(traces.Count));
        yield return ("metrics", Json(metrics.Count));
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
