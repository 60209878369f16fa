using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Attendance.LocalHosting.Dashboard.Site;

/// <summary>Whom the dashboard answers: a browser of whoever started the application, and only pages of its own in it.</summary>
internal sealed class Guard(DashboardAccess access, int port)
{
    /// <summary>No inline script or style, nothing from elsewhere.</summary>
    private const string ContentPolicy =
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly string[] s_hosts = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>What the page to sign in at is made of.</summary>
    private static readonly PathString[] s_open = ["/login", "/site.css", "/dashboard.css", "/mark.svg", "/js/login.js", "/js/elements.js"];

    /// <summary>Cookies are not told apart by port: two applications at a time would sign each other out.</summary>
    private string Cookie => $"attendance-dashboard-{port}";

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin"; // without any, browsers send forms with the origin "null"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";

        var request = context.Request;
        if (!s_hosts.Contains(request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            // Some name that leads here is how a page from elsewhere would come in (DNS rebinding).
            return RefuseAsync(context, StatusCodes.Status400BadRequest, "The dashboard answers at localhost only.");
        }

        if (!HttpMethods.IsGet(request.Method) && request.Headers.Origin != $"http://{request.Host}")
        {
            return RefuseAsync(context, StatusCodes.Status403Forbidden, "Only the dashboard's own pages may ask for that.");
        }

        if (s_open.Any(path => request.Path == path) || access.IsSession(request.Cookies[Cookie]))
        {
            return next(context);
        }

        if (request.Path == "/")
        {
            context.Response.Redirect("/login");
            return Task.CompletedTask;
        }

        return RefuseAsync(context, StatusCodes.Status401Unauthorized, "Sign in first.");
    }

    /// <summary>The token is exchanged for a cookie, and is in no address after that.</summary>
    public IResult SignIn(HttpContext context, string? token)
    {
        if (!access.IsToken(token))
        {
            return Results.Redirect("/login?refused");
        }

        context.Response.Cookies.Append(Cookie, access.Session, new CookieOptions
        {
            HttpOnly = true, SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Strict, Path = "/", IsEssential = true,
        });
        return Results.Redirect("/");
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.Headers[HeaderNames.ContentType] = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason, context.RequestAborted);
    }
}
