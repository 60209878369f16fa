using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Api.Operations;
using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Live;
using Attendance.CameraApi.Quality;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Telemetry;
using Attendance.CameraApi.Upkeep;
using Attendance.CameraApi.Views;

namespace Attendance.CameraApi;

/// <summary>
/// Registers everything that lends cameras, from the bottom up. Each room uses only rooms below it; docs/architecture.md
/// has a diagram.
/// </summary>
internal static class Rooms
{
    /// <remarks>Services start in this order, and stop in the reverse order.</remarks>
    public static void AddRooms(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Measurements>();
        builder.AddEvents();
        builder.AddCameras();
        builder.AddCapture();
        builder.AddQuality();
        builder.Services.AddSingleton<AuditLog>();
        builder.AddLeases();
        builder.AddChoice();
        builder.AddPresence();
        builder.AddLive();
        builder.AddUpkeep();
        builder.AddAlerts();
        builder.Services.AddSingleton<CameraViews>();
        builder.AddCluster();
        builder.AddOperations();
    }
}
