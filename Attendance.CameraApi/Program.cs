using Attendance.CameraApi;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Api;
using Attendance.CameraApi.Api.Operations;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Commands;
using Attendance.CameraApi.Security;
using Attendance.CameraApi.Telemetry;
using Attendance.ServiceDefaults;

if (CommandLine.IsCommand(args))
{
    return await CommandLine.RunAsync(args);
}

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddServerLimits(JsonBody.MaxDiscarded);
builder.AddScraping();
builder.AddApiDocument();
builder.Services.AddSingleton(TimeProvider.System);
builder.AddProblemHandling();
builder.AddSecurity();
builder.AddRooms();

var app = builder.Build();

app.UseProblemHandling();
app.UseMiddleware<ApiKeyCheck>();
app.UseMiddleware<Routing>();
app.UseWebSockets();
app.MapDefaultEndpoints();
app.MapCameraHealth();
app.MapScraping();
app.MapOpenApi();
app.MapApiReference();

var routes = app.MapNamed();
routes.MapCameras();
routes.MapLeases();
routes.MapCleanup();
routes.MapStreaming();
routes.MapPresence();
routes.MapWhip();
routes.MapPublishing();
routes.MapWhep();
routes.MapAlerts();
routes.MapOperations();
routes.MapNodes();

try
{
    await app.RunAsync();
}
catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
{
    // Told to stop while it was still starting: that is no failure.
}

return Environment.ExitCode;
