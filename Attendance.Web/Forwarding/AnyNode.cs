namespace Attendance.Web.Forwarding;

/// <summary>
/// Sends a request to the next node if a node does not accept the connection, because any node of camera-api can answer any request. At
/// that point nothing of the request has been sent, not even its body. Once it has been sent, it is not repeated.
/// </summary>
/// <param name="inner">The handler that takes the nodes in turn.</param>
internal sealed class AnyNode(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int Attempts = 3;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError && attempt < Attempts)
            {
                request.RequestUri = address;
            }
        }
    }
}
