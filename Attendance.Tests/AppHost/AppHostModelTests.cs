using Attendance.Tests.Stores;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.AppHost;

/// <summary>Tests the app model: which settings each resource gets, for each kind of store and database. Nothing is started unless a test says so.</summary>
public sealed class AppHostModelTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Web_is_given_where_its_records_are_what_protects_them_and_its_own_settings()
    {
        await using var builder = await BuilderAsync(
            "--DataDirectory=/data", "--Accounts:FirstAdmin:UserName=chief", "--Accounts:FirstAdmin:Password=of-somebody-elses-choice",
            "--Enrollment:Shots:MinSize=0.11", "--People:PageSize=7", "--Leases:MaxBrowserCameras=3");
        var (web, api) = (await EnvironmentAsync(builder, "web"), await EnvironmentAsync(builder, "camera-api"));

        Assert.Equal("/data/web", web["Data__Folder"]);
        Assert.Matches("^[A-Za-z0-9]{48}$", web["DataProtection__Secret"]);
        Assert.Matches("^[A-Za-z0-9]{20}$", web["Accounts__FirstAdmin__Password"]);
        Assert.Equal("chief", web["Accounts__FirstAdmin__UserName"]);
        Assert.Equal("0.11", web["Enrollment__Shots__MinSize"]);
        Assert.Equal("7", web["People__PageSize"]);
        Assert.Equal("3", api["Leases__MaxBrowserCameras"]);
        Assert.Equal($"{Environment.ProcessId}", api["ATTENDANCE_APPHOST_PID"]);
        Assert.DoesNotContain("Leases__MaxBrowserCameras", web.Keys);
        Assert.DoesNotContain("ConnectionStrings__sessions", web.Keys);
        Assert.DoesNotContain("ConnectionStrings__attendance-db", web.Keys);
        Assert.DoesNotContain(api.Keys, name => name.StartsWith("Accounts__", StringComparison.Ordinal)
            || name.StartsWith("Enrollment__", StringComparison.Ordinal) || name is "DataProtection__Secret" or "Data__Folder");
    }

    [Fact]
    public async Task With_the_demo_Web_makes_the_film_that_the_camera_door_plays_and_without_it_there_is_none()
    {
        await using var builder = await BuilderAsync("--DataDirectory=/data", "--Demo=true");
        var (web, api) = (await EnvironmentAsync(builder, "web"), await EnvironmentAsync(builder, "camera-api"));
        Assert.Equal(("/data/demo/door.avi", "file:/data/demo/door.avi"), (web["Demo__Film"], api["Cameras__door__Source"]));
        Assert.True(Directory.Exists($"{web["Demo__Samples"]}"), $"{web["Demo__Samples"]}");

        await using var usual = await BuilderAsync("--Demo=false");
        Assert.DoesNotContain((await EnvironmentAsync(usual, "web")).Keys, key => key.StartsWith("Demo", StringComparison.Ordinal));
        Assert.DoesNotContain("Cameras__door__Source", (await EnvironmentAsync(usual, "camera-api")).Keys);
    }

    [Fact]
    public async Task A_demo_that_was_removed_is_made_again_when_the_AppHost_starts()
    {
        var data = Directory.CreateTempSubdirectory("attendance-demo-");
        try
        {
            var removal = Path.Combine(data.CreateSubdirectory("demo").FullName, "door.avi.removed");
            await File.WriteAllTextAsync(removal, "", Cancel);

            await using var builder = await BuilderAsync($"--DataDirectory={data.FullName}", "--Demo=true");

            Assert.False(File.Exists(removal));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_collector_that_the_AppHost_is_given_gets_the_telemetry_and_not_the_dashboards_key()
    {
        await using var builder = await BuilderAsync("--OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "--AppHost:OtlpApiKey=hush");
        foreach (var project in (string[])["camera-api", "web"])
        {
            var environment = await EnvironmentAsync(builder, project);

            Assert.Equal("http://collector:4318", environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
            Assert.Equal("http/protobuf", environment["OTEL_EXPORTER_OTLP_PROTOCOL"]);
            Assert.DoesNotContain("OTEL_EXPORTER_OTLP_HEADERS", environment.Keys);
        }
    }

    [Fact]
    public async Task By_default_the_store_is_the_project_SessionStore_with_a_password_in_its_environment_only()
    {
        await using var builder = await BuilderAsync("--DataDirectory=/data", "--Parameters:sessions-password=hush", "--Sessions:Port=6399");
        var store = Assert.IsType<GarnetResource>(Resource(builder, "sessions"));
        var environment = await EnvironmentAsync(builder, "sessions");

        Assert.Equal("hush", environment["SessionStore__Password"]);
        Assert.Equal("/data/sessions", environment["SessionStore__DataFolder"]);
        Assert.Equal(6399, Assert.Single(store.Annotations.OfType<EndpointAnnotation>()).Port);
        Assert.NotEmpty(store.Annotations.OfType<HealthCheckAnnotation>());
        Assert.Equal("{sessions.bindings.tcp.host}:{sessions.bindings.tcp.port},password={sessions-password.value}", store.ConnectionStringExpression.ValueExpression);
    }

    [Fact]
    public async Task In_a_container_the_store_is_Redis_without_TLS_with_a_volume_and_a_health_check()
    {
        await using var builder = await BuilderAsync("--Sessions:Server=container");
        var store = Assert.IsType<RedisResource>(Resource(builder, "sessions"));

        Assert.Equal("redis", store.Annotations.OfType<ContainerImageAnnotation>().Single().Image.Split('/')[^1]);
        Assert.Equal("/data", store.Annotations.OfType<ContainerMountAnnotation>().Single().Target);
        Assert.NotEmpty(store.Annotations.OfType<HealthCheckAnnotation>());
        Assert.False(store.TlsEnabled);
        Assert.DoesNotContain("ssl=true", store.ConnectionStringExpression.ValueExpression, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(Resource(builder, "camera-api").Annotations.OfType<WaitAnnotation>(), wait => wait.Resource == store);
    }

    [Fact]
    public async Task A_store_that_is_configured_is_used_as_it_is_and_has_a_health_check()
    {
        await using var builder = await BuilderAsync("--ConnectionStrings:sessions=redis.example:6379,password=hush");
        var store = Assert.IsAssignableFrom<IResourceWithConnectionString>(Resource(builder, "sessions"));

        Assert.Equal("redis.example:6379,password=hush", await store.GetConnectionStringAsync(Cancel));
        Assert.NotEmpty(store.Annotations.OfType<HealthCheckAnnotation>());
        Assert.Equal("redis.example:6379,password=hush", (await EnvironmentAsync(builder, "camera-api"))["ConnectionStrings__sessions"]);
        Assert.DoesNotContain(builder.Resources, resource => resource.Name == "sessions-password");
    }

    [Fact]
    public async Task A_configured_database_is_given_to_Web_alone()
    {
        const string Database = "Host=db.example;Username=web;Password=hush";
        await using var builder = await BuilderAsync($"--ConnectionStrings:attendance-db={Database}");

        Assert.Equal(Database, (await EnvironmentAsync(builder, "web"))["ConnectionStrings__attendance-db"]);
        Assert.DoesNotContain(Database, (await EnvironmentAsync(builder, "camera-api")).Values);
    }

    [Fact]
    public async Task In_a_container_the_database_is_PostgreSQL_with_a_volume()
    {
        await using var builder = await BuilderAsync("--Database:Server=container");
        var database = Assert.IsType<PostgresDatabaseResource>(Resource(builder, "attendance-db"));

        Assert.NotEmpty(database.Parent.Annotations.OfType<ContainerMountAnnotation>());
        Assert.Contains(Resource(builder, "web").Annotations.OfType<WaitAnnotation>(), wait => wait.Resource == database);
    }

    [Fact]
    public async Task Several_nodes_have_one_parent_and_a_shared_camera()
    {
        await using var builder = await BuilderAsync("--nodes=3", "--Cameras:hall:Source=test-pattern", "--Cameras:hall:Scope=lobby", "--Cameras:own:Source=test-pattern");
        string[] names = ["camera-api", "camera-api-2", "camera-api-3"];

        Assert.All(names, name => Assert.Contains(
            Resource(builder, name).Annotations.OfType<ResourceRelationshipAnnotation>(), relation => relation.Type == "Parent" && relation.Resource.Name == "camera-apis"));
        var third = await EnvironmentAsync(builder, "camera-api-3");
        Assert.Equal(("node-3", "lobby", "false"), (third["Node__Name"], third["Cameras__hall__Scope"], third["Discovery__Enabled"]));
        Assert.DoesNotContain("Cameras__own__Source", third.Keys);
    }

    [Theory]
    [InlineData("--Sessions:Server=redis-server")]
    [InlineData(null)] // a connection string
    public async Task A_store_runs_under_the_AppHost_with_its_health_shown_and_what_is_written_survives_a_restart(string? argument)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), RedisProcess.MissingMessage);
        var data = Directory.CreateTempSubdirectory("attendance-data-");
        await using var existing = new RedisStore();
        if (argument is null)
        {
            await existing.InitializeAsync();
            argument = $"--ConnectionStrings:sessions={existing.ConnectionString}";
        }

        try
        {
            for (var count = 1; count <= 2; count++)
            {
                await using var builder = await BuilderAsync(argument, $"--DataDirectory={data.FullName}", "--Parameters:sessions-password=of the \"tests\"");
                foreach (var other in builder.Resources.Where(resource => resource.Name is "camera-api" or "web").ToList())
                {
                    builder.Resources.Remove(other); // the store alone
                }

                await using var app = await builder.BuildAsync(Cancel);
                await app.StartAsync(Cancel);
                await app.ResourceNotifications.WaitForResourceHealthyAsync("sessions", Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
                await using var redis = await ConnectionMultiplexer.ConnectAsync((await app.GetConnectionStringAsync("sessions", Cancel))!);
                Assert.Equal(count, await redis.GetDatabase().StringIncrementAsync("starts"));
            }
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static Task<IDistributedApplicationTestingBuilder> BuilderAsync(params string[] arguments) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.Attendance_AppHost>(["--Discovery:Enabled=false", .. arguments], Cancel);

    private static IResource Resource(IDistributedApplicationTestingBuilder builder, string name) => builder.Resources.Single(resource => resource.Name == name);

    private static async Task<Dictionary<string, string>> EnvironmentAsync(IDistributedApplicationTestingBuilder builder, string name)
    {
        var context = new EnvironmentCallbackContext(builder.ExecutionContext, Resource(builder, name), [], Cancel);
        foreach (var callback in Resource(builder, name).Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await callback.Callback(context);
        }

        var values = new Dictionary<string, string>();
        foreach (var (key, value) in context.EnvironmentVariables)
        {
            // Addresses are allocated when resources start; reading one before that would wait for ever.
            values[key] = value switch
            {
                string text => text,
                ReferenceExpression { ValueProviders.Count: 0 } expression => await expression.GetValueAsync(Cancel) ?? "",
                ParameterResource parameter => await parameter.GetValueAsync(Cancel) ?? "",
                ConnectionStringReference { Resource: ParameterResource configured } => await configured.GetValueAsync(Cancel) ?? "",
                _ => value.ToString()!,
            };
        }

        return values;
    }
}
