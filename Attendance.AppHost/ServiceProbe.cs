using System.Diagnostics;

/// <summary>
/// Asks a service for its health. A service that has not answered yet is asked again every quarter of a second for a while. Aspire checks
/// unhealthy resources at growing intervals of up to five seconds, so a starting service would otherwise be found healthy seconds too late.
/// </summary>
internal sealed class ServiceProbe(EndpointReference service, string path) : IDisposable
{
    /// <summary>The timeout of one attempt.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>The time limit of all attempts together, for a service that has not answered yet.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client = ServiceClient.Create(s_patience);
    private volatile bool _hasAnswered;

    /// <returns>The answer, which the caller must dispose, or null if there was none.</returns>
    public async Task<HttpResponseMessage?> AskAsync(CancellationToken cancellationToken)
    {
        var wasThere = _hasAnswered;
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(s_pause, cancellationToken))
        {
            try
            {
                var answer = await _client.GetAsync(new Uri(new Uri(service.Url), path), cancellationToken);
                _hasAnswered = true;
                return answer;
            }
            catch (Exception error) when (error is HttpRequestException or InvalidOperationException
                || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                _hasAnswered = false;
            }

            if (wasThere || Stopwatch.GetElapsedTime(started) > s_longest)
            {
                return null;
            }
        }
    }

    public void Dispose() => _client.Dispose();
}
