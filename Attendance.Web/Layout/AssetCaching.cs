using Attendance.ServiceDefaults;

namespace Attendance.Web.Layout;

internal static class AssetCaching
{
    private static readonly object s_isCurrent = new();

    private static readonly StaticFileOptions s_options = new()
    {
        OnPrepareResponse = file =>
        {
            file.Context.Response.Headers.CacheControl = file.Context.Items.ContainsKey(s_isCurrent) ? "public, max-age=31536000, immutable" : "no-cache";
            file.Context.DisableTracing();
        },
    };

    /// <summary>
    /// Serves the pages' files. Browsers keep modules that were asked for by the version that they have here, and check each time whether their copy of
    /// anything else is up to date. A file that is served is not traced. Only a missing file is.
    /// </summary>
    public static void UseAssets(this IApplicationBuilder app)
    {
        app.Use((context, next) =>
        {
            if (ModuleGraph.Split(context.Request.Path) is var (path, version))
            {
                context.Request.Path = path;
                if (version == context.RequestServices.GetRequiredService<ModuleGraph>().Version) // while Webs of two versions run, the other one may have made the page
                {
                    context.Items[s_isCurrent] = true;
                }
            }

            return next(context);
        });
        app.UseStaticFiles(s_options);
    }
}
