namespace Attendance.Web.Security;

/// <summary>On the model of a page whose scripts run WebAssembly. Every other page has no need of it, and may not.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RunsWebAssemblyAttribute : Attribute;

internal static class SecurityHeaders
{
    /// <summary>
    /// No inline script or style anywhere; <c>blob:</c> is what a page makes of a picture it was sent. <c>connect-src 'self'</c>
    /// allows sockets to this origin too.
    /// </summary>
    private const string ContentPolicy =
        "default-src 'self'; connect-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Compiling WebAssembly, and nothing else that is unsafe: no <c>eval</c>, no inline script.</summary>
    private const string WebAssemblyPolicy = ContentPolicy + "; script-src 'self' 'wasm-unsafe-eval'";

    /// <summary>For answers to programs: whatever one holds, a browser that shows it as a page runs and loads nothing.</summary>
    private const string ApiPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // At the very end, because the exception handler throws away the headers set before it.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            var isApi = context.Request.Path.StartsWithSegments("/api");
            headers.ContentSecurityPolicy = isApi ? ApiPolicy
                : context.GetEndpoint()?.Metadata.GetMetadata<RunsWebAssemblyAttribute>() is null ? ContentPolicy
                : WebAssemblyPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin"; // without any, browsers send forms with the origin "null"
            headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            if (isApi)
            {
                headers.CacheControl = "no-store";
            }

            return Task.CompletedTask;
        });
        return next(context);
    });
}
