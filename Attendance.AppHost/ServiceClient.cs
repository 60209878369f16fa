/// <summary>How the AppHost asks its own services.</summary>
internal static class ServiceClient
{
    /// <summary>Directly, whatever <c>HTTP_PROXY</c> says, because requests carry the API key; and no redirect is followed.</summary>
    public static HttpClient Create(TimeSpan timeout) => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = timeout };
}
