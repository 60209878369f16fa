using Attendance.Web.Http;

namespace Attendance.Web.Security;

/// <summary>Marks the model of a page whose scripts run WebAssembly. No other page needs or is allowed to run it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RunsWebAssemblyAttribute : Attribute;

/// <summary>Marks an endpoint that shows a page of a library with inline scripts. Mapped in Development only.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RunsInlineScriptsAttribute : Attribute;

internal static class SecurityHeaders
{
    /// <summary>
    /// Allows no inline script or style. <c>blob:</c> is the scheme of pictures that a page has received as data. <c>connect-src 'self'</c>
    /// also allows WebSockets to this origin.
    /// </summary>
    private const string ContentPolicy =
        "default-src 'self'; connect-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Allows compiling WebAssembly, and nothing else that is unsafe: no <c>eval</c> and no inline script.</summary>
    private const string WebAssemblyPolicy = ContentPolicy + "; script-src 'self' 'wasm-unsafe-eval'";

    private const string InlinePolicy = ContentPolicy + "; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; font-src 'self' data:";

    /// <summary>For API responses: a browser that shows one as a page runs and loads nothing, whatever the response contains.</summary>
    private const string ApiPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // Set at the very end, because the exception handler removes headers that were set before it.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            var isApi = context.Request.IsApi();
            headers.ContentSecurityPolicy = isApi ? ApiPolicy
                : context.GetEndpoint()?.Metadata is not { } metadata ? ContentPolicy
                : metadata.GetMetadata<RunsWebAssemblyAttribute>() is not null ? WebAssemblyPolicy
                : metadata.GetMetadata<RunsInlineScriptsAttribute>() is not null ? InlinePolicy
                : ContentPolicy;
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
