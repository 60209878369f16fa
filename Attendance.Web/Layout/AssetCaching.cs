using Attendance.ServiceDefaults;

namespace Attendance.Web.Layout;

internal static class AssetCaching
{
    /// <summary>
    /// Makes browsers check each time whether their copy is up to date, because modules import each other by names without a version. A file
    /// that is served is not traced. Only a missing file is.
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
