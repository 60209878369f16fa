using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;

Console.WriteLine(Engine.Announcement);

var builder = DistributedApplication.CreateBuilder(args);

// Web and the commands below show it to the camera API; nobody else can borrow or release a camera.
var apiKey = builder.AddParameter(
    "api-key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

// Who holds which camera. It outlives a restart, so that what was held before is known, and given back, after.
var sessions = builder.AddRedis("sessions", port: 6380)
    .WithDataVolume()
    .WithPersistence();

var cameraApi = builder.AddProject<Projects.Attendance_CameraApi>("camera-api")
    .WithReference(sessions).WaitFor(sessions)
    .WithEnvironment("Security__ApiKey", apiKey)
    .WithEnvironment("Cameras__demo__Source", "test-pattern") // so that a machine without a camera shows a picture too
    .WithEnvironment("Cameras__demo__Name", "Demo camera")
    .WithHttpHealthCheck("/health")
    .WithHttpCommand(
        "/api/camera/cleanup/",
        "Release stale cameras",
        commandName: "release-stale",
        commandOptions: new HttpCommandOptions
        {
            Description = "Gives back every camera whose holder is gone.",
            IconName = "Broom",
            PrepareRequest = context => AskAsync(context, new { }),
        })
    .WithHttpCommand(
        "/api/camera/cleanup/",
        "Release all cameras",
        commandName: "force-release-all",
        commandOptions: new HttpCommandOptions
        {
            Description = "Takes every camera back, also from those who are using it.",
            ConfirmationMessage = "Take every camera back, also from those who are using it now?",
            IconName = "PlugDisconnected",
            PrepareRequest = context => AskAsync(context, new { force = true, reason = "forced" }),
        });

// More cameras and other settings of the camera API may be given to the AppHost, wherever it takes its configuration from.
string[] passedOn = ["Cameras", "Capture", "Discovery", "Leases", "Node", "Presence"];
foreach (var (key, value) in passedOn.SelectMany(section => builder.Configuration.GetSection(section).AsEnumerable()))
{
    if (value is not null)
    {
        cameraApi.WithEnvironment(key.Replace(":", "__"), value);
    }
}

builder.AddProject<Projects.Attendance_Web>("web")
    .WithReference(cameraApi).WaitFor(cameraApi)
    .WithReference(sessions).WaitFor(sessions)
    .WithEnvironment("Security__ApiKey", apiKey)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health");

builder.Build().Run();

async Task AskAsync(HttpCommandRequestContext context, object question)
{
    context.Request.Headers.Add("X-Api-Key", await apiKey.Resource.GetValueAsync(context.CancellationToken));
    context.Request.Content = JsonContent.Create(question);
}
