using Scalar.AspNetCore;

namespace Attendance.CameraApi.Api;

/// <summary>The API as a page that can be read and tried, for developers only.</summary>
internal static class ApiReference
{
    public const string Path = "/scalar";

    public static void MapApiReference(this WebApplication app)
    {
        if (app.Environment.IsDevelopment())
        {
            // Everything the page needs comes from this service: no font and no script of another host.
            app.MapScalarApiReference(Path, options => options.WithTitle("Attendance camera API").DisableDefaultFonts().DisableAgent().DisableTelemetry());
        }
    }
}
