namespace Attendance.Web.Forwarding;

/// <summary>
/// Any node of camera-api answers for all, so a request goes on to the next one where it does not get a connection. Nothing of it
/// was sent by then, its body included; once it was, it is not sent again.
/// </summary>
/// <param name="inner">Takes the nodes in turn.</param>
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
