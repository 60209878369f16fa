namespace Attendance.Web.Http;

internal static class ApiPaths
{
    /// <summary>Whether the request is for <c>/api</c>, where refusals are problem documents. Everywhere else they are pages.</summary>
    public static bool IsApi(this HttpRequest request) => request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);
}
