using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

#pragma warning disable ASPIREINTERACTION001 // Aspire calls its notifications experimental

try
{
    LoopbackProxy.Bypass();
    var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = !DashboardSwitch.IsWanted(args) });
    builder.Services.AddLogging(logging => logging
        .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None) // the dashboard shows unhealthy resources, so the console need not repeat it at each check
        .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None) // repeats, with a stack trace, what is printed below
        .AddFilter("Microsoft.AspNetCore", LogLevel.Warning) // each click in the dashboard is a request, and open pages poll
        .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error));
    var data = Path.GetFullPath(builder.Configuration["DataDirectory"] is { Length: > 0 } configured ? configured : ".data", builder.AppHostDirectory);

    var isDemo = Demo.IsWanted(builder.Configuration);

    var apiKey = builder.AddParameter("api-key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true)
        .WithDescription("Lets web, the commands below and you use the camera API (header X-Api-Key). Generated once and kept in the user secrets.");
    var adminPassword = builder.AddParameter("admin-password", new GenerateParameterDefault { MinLength = 20, Special = false }, secret: true)
        .WithDescription("The password of the first administrator, made anew for each run. It counts only until somebody has signed in with it.");
    var dataKey = builder.AddParameter("data-key", new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true)
        .WithDescription("Encrypts the keys that encrypt the pictures in the database. Without it the pictures are lost.");

    var sessions = builder.AddSessionStore("sessions", Path.Combine(data, "sessions"));

    var cameraApis = builder.AddCameraApis(apiKey, sessions);
    var cameraApi = cameraApis[0].WithCameraCommands(apiKey.Resource);

    (string Name, string Path)[] pages = [("People", "/people"), ("Cameras", "/"), ("Operations", "/ops")];
    var web = builder.AddProject<Projects.Attendance_Web>("web")
        .WithReference(cameraApi).WaitForStart(cameraApi) // waits for the start and not for the health: a leaking camera must not keep the pages away
        .WithEnvironment("Security__ApiKey", apiKey)
        .WithEnvironment("DataProtection__Secret", dataKey)
        .WithAttendanceDatabase(Path.Combine(data, "web"))
        .WithSettings(
            "Accounts", "CheckIn", "Doors", "Enrollment", "Import", "Kiosks", "Liveness", "Mail", "Notifications",
            "OpenIdConnect", "People", "PhoneCameras", "Privacy", "ReadApi", "Recognition", "Reports", "Retention", "Rights", "Schedules", "Webhooks")
        .WithEnvironment("Accounts__FirstAdmin__Password", adminPassword) // after the settings, because this is the password that is printed
        .WithExitWithParent()
        .WithCollector()
        .WithoutProxy()
        .WithExternalHttpEndpoints()
        .WithReadinessCheck()
        .WithNamedUrls(isDemo ? [("Demo", "/demo"), .. pages] : pages);
    if (isDemo)
    {
        Demo.Add(cameraApi, web, data);
    }

    foreach (var (index, node) in cameraApis.Index().Skip(1))
    {
        web.WithEnvironment($"services__camera-api__http__{index}", node.GetEndpoint("http")); // any node can answer for any camera
    }

    var firstAccount = new FirstAccount(Console.Out);
    web.OnResourceReady(async (_, ready, cancellationToken) =>
    {
        await ready.Services.GetRequiredService<ResourceNotificationService>().WaitUntilReadyAsync(cameraApi.Resource, cancellationToken);
        var address = new Uri(web.GetEndpoint("http").Url);
        await firstAccount.TellAsync(
            address, await apiKey.Resource.GetValueAsync(cancellationToken), await adminPassword.Resource.GetValueAsync(cancellationToken), cancellationToken);
        await Console.Out.WriteLineAsync($"Attendance is ready at {address}");
        if (isDemo)
        {
            await Console.Out.WriteLineAsync($"People of the demo check in at {new Uri(address, "/attendance")}, and {new Uri(address, "/demo")} says more");
        }
    });

    IReadOnlyList<ProjectResource> nodes = [.. cameraApis.Select(node => node.Resource)];
    builder.Services.AddHostedService(services => new AlertNotifications(
        services.GetRequiredService<IInteractionService>(),
        services.GetRequiredService<ResourceNotificationService>(),
        nodes,
        web.Resource,
        apiKey.Resource));

    if (builder.ExecutionContext.IsRunMode)
    {
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<FailureReport>(services, Console.Out));
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<CameraApiShutdown>(services, nodes));
        builder.Eventing.Subscribe<BeforeStartEvent>((start, cancellationToken) =>
            new PortCheck(Console.Out).RunAsync(start.Model, builder.Configuration, cancellationToken));
    }

    await builder.Build().RunAsync();
    return 0;
}
catch (OperationCanceledException)
{
    return 0; // stopped while it was still starting
}
catch (DistributedApplicationException error) // a wrong setting or a port in use: the message explains it
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
