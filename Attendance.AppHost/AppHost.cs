using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

#pragma warning disable ASPIREINTERACTION001 // Aspire calls its notifications experimental

Console.WriteLine(Engine.Announcement);

var builder = DistributedApplication.CreateBuilder(args);

// More than one only to try it: nodes are machines. Each has a camera of its own, and those that name a scope they share.
var nodes = NodeCount.Read(builder.Configuration);

// Web and the commands below show it to the camera API; nobody else can borrow or release a camera.
var apiKey = builder.AddParameter(
    "api-key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

// Of the first account, which Web makes when it has none. Made for each run, for it is of use in one only.
var adminPassword = builder.AddParameter(
    "admin-password", new GenerateParameterDefault { MinLength = 20, Special = false }, secret: true);

// Encrypts the keys that encrypt the pictures in the database. Who loses it loses the pictures.
var dataKey = builder.AddParameter(
    "data-key", new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true);

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
    .WithHttpHealthCheck("/health/cameras") // one that leaks or is in quarantine shows as "Running (Unhealthy)"
    .WithHttpCommand(
        "/api/cameras",
        "List cameras",
        commandName: "list-cameras",
        commandOptions: new HttpCommandOptions
        {
            Method = HttpMethod.Get,
            Description = "Every camera, its state, and since when it is held.",
            IconName = "List",
            PrepareRequest = context => AskAsync(context, question: null),
            GetCommandResult = CommandResult.OfListAsync,
        })
    .WithHttpCommand(
        "/api/camera/cleanup/",
        "Release stale cameras",
        commandName: "release-stale",
        commandOptions: new HttpCommandOptions
        {
            Description = "Gives back every camera whose holder is gone.",
            IconName = "Broom",
            PrepareRequest = context => AskAsync(context, new { by = "dashboard", why = "By the command of the dashboard." }),
            GetCommandResult = CommandResult.OfCleanupAsync,
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
            PrepareRequest = context => AskAsync(context, new { force = true, by = "dashboard", why = "By the command of the dashboard." }),
            GetCommandResult = CommandResult.OfCleanupAsync,
        });

// More cameras and other settings may be given to the AppHost, wherever it takes its configuration from.
string[] sections = ["Alerts", "Cameras", "Capture", "Discovery", "Leases", "Node", "Presence", "Quality"];
PassOn(cameraApi, sections);
var otherNodes = Enumerable.Range(2, nodes - 1).Select(AddNode).ToList();
if (nodes > 1)
{
    cameraApi.WithEnvironment("Node__Name", "node-1");
}

var data = builder.Configuration["DataDirectory"] is { Length: > 0 } configured ? configured : ".data";
var web = builder.AddProject<Projects.Attendance_Web>("web")
    .WithReference(cameraApi).WaitFor(cameraApi)
    .WithEnvironment("Security__ApiKey", apiKey)
    .WithEnvironment("Data__Folder", Path.Combine(Path.GetFullPath(data, builder.AppHostDirectory), "web"))
    .WithEnvironment("DataProtection__Secret", dataKey)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health");
PassOn(web, "Accounts", "Enrollment", "People");
for (var i = 0; i < otherNodes.Count; i++)
{
    // As good as the first one: any node answers for any camera.
    web.WithEnvironment($"services__camera-api__http__{i + 1}", otherNodes[i].GetEndpoint("http"));
}

web.WithEnvironment("Accounts__FirstAdmin__Password", adminPassword); // after what is passed on: this is the one that is told

// Without it Web keeps its records in a file of its folder.
if (builder.Configuration.GetConnectionString("attendance-db") is { Length: > 0 })
{
    web.WithReference(builder.AddConnectionString("attendance-db"));
}

var firstAccount = new FirstAccount(Console.Out);
web.OnResourceReady(async (_, _, cancellationToken) => await firstAccount.TellAsync(
    new Uri(web.GetEndpoint("http").Url),
    await apiKey.Resource.GetValueAsync(cancellationToken),
    await adminPassword.Resource.GetValueAsync(cancellationToken),
    cancellationToken));

// Whoever has the dashboard open is told of an alert, with a way to the console.
builder.Services.AddHostedService(services => new AlertNotifications(
    services.GetRequiredService<IInteractionService>(),
    services.GetRequiredService<ResourceNotificationService>(),
    () => (new Uri(cameraApi.GetEndpoint("http").Url), new Uri(web.GetEndpoint("http").Url)),
    apiKey.Resource.GetValueAsync));

builder.Build().Run();

async Task AskAsync(HttpCommandRequestContext context, object? question)
{
    context.Request.Headers.Add("X-Api-Key", await apiKey.Resource.GetValueAsync(context.CancellationToken));
    context.Request.Content = question is null ? null : JsonContent.Create(question);
}

IResourceBuilder<ProjectResource> AddNode(int number)
{
    var node = builder.AddProject<Projects.Attendance_CameraApi>($"camera-api-{number}", launchProfileName: "node")
        .WithHttpEndpoint(name: "http")
        .WithReference(sessions).WaitFor(sessions)
        .WithEnvironment("Security__ApiKey", apiKey)
        .WithEnvironment("Node__Name", $"node-{number}")
        .WithEnvironment($"Cameras__demo-{number}__Source", "test-pattern")
        .WithEnvironment($"Cameras__demo-{number}__Name", $"Demo camera {number}")
        .WithHttpHealthCheck("/health")
        .WithHttpHealthCheck("/health/cameras");
    PassOn(node, [.. sections.Except(["Cameras", "Discovery", "Node"])]);
    node.WithEnvironment("Discovery__Enabled", "false"); // what is attached to this machine is the first one's
    foreach (var camera in builder.Configuration.GetSection("Cameras").GetChildren().Where(camera => camera["Scope"] is not null))
    {
        PassOn(node, camera.Path);
    }

    return node;
}

void PassOn(IResourceBuilder<ProjectResource> project, params string[] paths)
{
    foreach (var (key, value) in paths.SelectMany(path => builder.Configuration.GetSection(path).AsEnumerable()))
    {
        if (value is not null)
        {
            project.WithEnvironment(key.Replace(":", "__"), value);
        }
    }
}
