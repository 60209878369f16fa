using Attendance.ServiceDefaults;

namespace Attendance.Web.Layout;

internal static class AssetCaching
{
    /// <summary>
    /// Modules import each other by plain names, so a browser asks each time whether it still has the newest. A file makes no trace,
    /// only one that is missing does.
    /// </summary>
    public static StaticFileOptions Revalidated { get; } = new()
    {
        OnPrepareResponse = file =>
        {
            file.Context.Response.Headers.CacheControl = "no-cache";
            file.Context.DisableTracing();
        },
    };
}
