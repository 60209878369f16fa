using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting;

public sealed class EnvironmentTests
{
    [Fact]
    public async Task A_project_is_given_its_addresses_its_profile_and_its_name_in_telemetry()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddProject<ProbeProject>("probe").WithEnvironment("GREETING", "hello");
        await using var app = await builder.StartAsync();
        var given = await app.OutputAsync("probe", "ready");

        Assert.Contains($"ASPNETCORE_URLS={app.GetEndpoint("probe").ToString().TrimEnd('/')}", given);
        Assert.NotEqual(5999, app.GetEndpoint("probe").Port);
        Assert.Contains("ASPNETCORE_ENVIRONMENT=Development", given);
        Assert.Contains("DOTNET_LAUNCH_PROFILE=http", given);
        Assert.Contains("FROM_PROFILE=yes", given);
        Assert.Contains("GREETING=hello", given);
        Assert.Contains("DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION=true", given);
        Assert.Contains("LOGGING__CONSOLE__FORMATTERNAME=simple", given);
        Assert.Contains("OTEL_SERVICE_NAME=probe", given);
        Assert.Contains(given, line => line.StartsWith("OTEL_RESOURCE_ATTRIBUTES=service.instance.id=", StringComparison.Ordinal));
        Assert.Contains("OTEL_TRACES_SAMPLER=always_on", given);
        Assert.Contains("Host__ExitWithParent=true", given);
        Assert.Contains($"folder={ProbeProject.Folder}", given);
        Assert.DoesNotContain(given, line => line.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_is_passed_on_where_there_is_one()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:18889");
        builder.AddProject<ProbeProject>("probe");
        await using var app = await builder.StartAsync();
        var given = await app.OutputAsync("probe", "ready");

        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:18889", given);
        Assert.Contains("OTEL_EXPORTER_OTLP_PROTOCOL=grpc", given);
    }

    [Fact]
    public async Task A_reference_tells_where_the_other_one_is()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--Parameters:key=open sesame");
        var key = builder.AddParameter("key", secret: true);
        var sessions = builder.AddRedis("sessions", port: 6380);
        var api = builder.AddProject<ProbeProject>("camera-api");
        builder.AddProject<ProbeProject>("probe").WithReference(api).WithReference(sessions).WithEnvironment("KEY", key);
        await using var app = await builder.StartAsync();
        var given = await app.OutputAsync("probe", "ready");

        var address = app.GetEndpoint("camera-api").ToString().TrimEnd('/');
        var connection = await app.GetConnectionStringAsync("sessions", Cancel);
        var (host, password) = (connection!.Split(',')[0], connection.Split("password=")[1]);
        Assert.Contains($"services__camera-api__http__0={address}", given);
        Assert.Contains($"CAMERA_API_HTTP={address}", given);
        Assert.Contains($"ConnectionStrings__sessions={connection}", given);
        Assert.Contains("SESSIONS_HOST=localhost", given);
        Assert.Contains($"SESSIONS_PORT={host.Split(':')[1]}", given);
        Assert.Contains($"SESSIONS_PASSWORD={password}", given);
        Assert.Contains($"SESSIONS_URI=redis://:{password}@{host}", given);
        Assert.Contains("KEY=open sesame", given);
    }

    [Fact]
    public async Task A_connection_string_goes_to_who_refers_to_it_and_is_shown_nowhere()
    {
        const string Given = "Host=db.example;Username=app;Password=a secret; of two parts";
        await using var builder = DistributedApplicationTestingBuilder.Create(
            $"--ConnectionStrings:main-db={Given}", "--ConnectionStrings:other-db=elsewhere");
        var main = builder.AddConnectionString("main-db");
        var other = builder.AddConnectionString("other-db", "OTHER_DB");
        builder.AddProject<ProbeProject>("probe").WithReference(main).WithReference(other);
        builder.AddProject<ProbeProject>("renamed").WithReference(main, "records");
        builder.AddProject<ProbeProject>("stranger");
        await using var app = await builder.StartAsync();

        var given = await app.OutputAsync("probe", "ready");
        Assert.Contains($"ConnectionStrings__main-db={Given}", given);
        Assert.Contains("OTHER_DB=elsewhere", given);
        Assert.DoesNotContain(given, line => line.StartsWith("ConnectionStrings__other-db=", StringComparison.Ordinal));
        Assert.Contains($"ConnectionStrings__records={Given}", await app.OutputAsync("renamed", "ready"));
        Assert.DoesNotContain(await app.OutputAsync("stranger", "ready"), line => line.Contains(Given, StringComparison.Ordinal));
        Assert.Equal(Given, await app.GetConnectionStringAsync("main-db", Cancel));
        Assert.False(app.ResourceNotifications.TryGetCurrentState("main-db", out _));
    }

    [Fact]
    public async Task What_is_configured_in_the_environment_of_the_AppHost_is_not_everybodys_connection()
    {
        var name = $"ConnectionStrings__db-{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(name, "Password=hush");
        try
        {
            await using var builder = DistributedApplicationTestingBuilder.Create();
            builder.AddProject<ProbeProject>("stranger");
            builder.AddProject<ProbeProject>("friend").WithReference(builder.AddConnectionString(name["ConnectionStrings__".Length..]));
            await using var app = await builder.StartAsync();

            Assert.DoesNotContain(await app.OutputAsync("stranger", "ready"), line => line.Contains("hush", StringComparison.Ordinal));
            Assert.Contains($"{name}=Password=hush", await app.OutputAsync("friend", "ready"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }
}
