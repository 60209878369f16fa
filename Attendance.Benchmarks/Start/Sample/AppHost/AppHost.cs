using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Aspire's starter application with Redis: a cache, an API, and pages that wait for both. The cache is the program that the argument --Store names, because its container
// would need a container engine. The two services are one project.
var builder = DistributedApplication.CreateBuilder(args);
var password = Guid.NewGuid().ToString("N");
var cache = builder.AddExecutable("cache", builder.Configuration["Store"]!, ".")
    .WithEndpoint(name: "tcp", scheme: "tcp", env: "SessionStore__Port")
    .WithEnvironment("SessionStore__Password", password)
    .WithEnvironment("SessionStore__DataFolder", builder.Configuration["StoreFolder"]!)
    .WithHealthCheck("cache_check"); // the one that AddRedis adds
builder.Services.AddHealthChecks().AddRedis(_ => ConnectionString(cache.GetEndpoint("tcp"), password), "cache_check");
var connection = ReferenceExpression.Create($"{cache.GetEndpoint("tcp").Property(EndpointProperty.HostAndPort)},password={password}");

var api = builder.AddProject<Projects.Sample_Service>("api").WithHttpEndpoint().WithHttpHealthCheck("/health");
builder.AddProject<Projects.Sample_Service>("web").WithHttpEndpoint().WithExternalHttpEndpoints().WithHttpHealthCheck("/health")
    .WithEnvironment("ConnectionStrings__cache", connection).WaitFor(cache)
    .WithReference(api).WaitFor(api);

await using var app = builder.Build();
await app.StartAsync();
foreach (var resource in (string[])["cache", "api", "web"])
{
    await app.ResourceNotifications.WaitForResourceHealthyAsync(resource);
}

await Console.Out.WriteLineAsync("The sample is ready");
await app.WaitForShutdownAsync();

static string ConnectionString(EndpointReference endpoint, string password) => $"{endpoint.Host}:{endpoint.Port},password={password}";
