using System.Diagnostics;

/// <summary>
/// Asks a service how it is. One that has not answered yet is asked again every quarter of a second for a while: Aspire looks at
/// what is not well at growing intervals of up to five seconds, so a service that comes up would be found well seconds later.
/// </summary>
internal sealed class ServiceProbe(EndpointReference service, string path) : IDisposable
{
    /// <summary>For one answer.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>For a service that has not answered yet, with all attempts.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client = ServiceClient.Create(s_patience);
    private volatile bool _hasAnswered;

    /// <returns>The answer, to be disposed of; null when there was none.</returns>
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
