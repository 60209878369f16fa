using Scalar.AspNetCore;

namespace Attendance.CameraApi.Api;

/// <summary>Serves a page on which developers can read and try the API. Development only.</summary>
internal static class ApiReference
{
    public const string Path = "/scalar";

    public static void MapApiReference(this WebApplication app)
    {
        if (app.Environment.IsDevelopment())
        {
            // Everything the page needs comes from this service. It loads no fonts or scripts from other hosts.
            app.MapScalarApiReference(Path, options => options.WithTitle("Attendance camera API").DisableDefaultFonts().DisableAgent().DisableTelemetry());
        }
    }
}
