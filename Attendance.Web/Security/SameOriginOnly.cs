using Attendance.Web.Http;

namespace Attendance.Web.Security;

/// <summary>
/// Refuses requests by which a page of another site could take or give back cameras in a visitor's name. Browsers say where a request
/// comes from. A request that does not say it is not from a browser, and so does not use a visitor's rights.
/// </summary>
internal static class SameOriginOnly
{
    public static void UseSameOriginOnly(this IApplicationBuilder app) => app.Use((context, next) =>
        (ChangesState(context.Request) || OpensSocket(context.Request)) && IsForeign(context.Request)
            ? ApiProblems.CrossSite().ExecuteAsync(context)
            : next(context));

    private static bool ChangesState(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);

    /// <summary>Returns whether the request opens a WebSocket. CORS does not cover this, so any page may open one to any server.</summary>
    private static bool OpensSocket(HttpRequest request) => request.Headers.Upgrade.Count > 0;

    private static bool IsForeign(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            return true;
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !IsOwn(request, origin);
    }

    /// <summary>
    /// Returns whether an origin is that of the request. Compares host and port only: a proxy that ends TLS changes the scheme. <c>null</c> is the
    /// origin of sandboxed and opaque pages.
    /// </summary>
    public static bool IsOwn(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && new HostString(page.Authority) is var host
        && string.Equals(host.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase)
        && (page.IsDefaultPort ? request.Host.Port is null or 80 or 443 : request.Host.Port == page.Port);
}
