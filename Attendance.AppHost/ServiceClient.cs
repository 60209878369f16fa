/// <summary>Creates the HTTP clients by which the AppHost calls its own services.</summary>
internal static class ServiceClient
{
    /// <summary>
    /// Creates a client that ignores <c>HTTP_PROXY</c>, because requests carry the API key, and that follows no redirects.
    /// </summary>
    public static HttpClient Create(TimeSpan timeout) => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = timeout };
}
