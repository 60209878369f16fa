using System.Text.Json;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting;

public sealed class ParameterTests
{
    [Fact]
    public async Task A_configured_value_wins_over_a_generated_one()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--Parameters:key=mine");
        Assert.Equal("mine", await builder.AddParameter("key", new GenerateParameterDefault(), persist: true).Resource.GetValueAsync(Cancel));
    }

    [Fact]
    public async Task A_generated_value_is_long_random_and_the_same_for_the_whole_run()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var rule = new GenerateParameterDefault { MinLength = 32, Special = false };
        var key = builder.AddParameter("key", rule, secret: true, persist: true);
        var other = builder.AddParameter("other", rule, secret: true, persist: true);

        var value = await key.Resource.GetValueAsync(Cancel);
        Assert.Matches("^[A-Za-z0-9]{32,}$", value);
        Assert.Equal(value, await key.Resource.GetValueAsync(Cancel));
        Assert.NotEqual(value, await other.Resource.GetValueAsync(Cancel));
    }

    [Fact]
    public async Task A_missing_value_stops_the_start_and_says_what_to_configure()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddParameter("mail-password", secret: true);
        builder.AddShell("innocent", "sleep 1000");
        var app = await builder.BuildAsync(Cancel);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync(Cancel));

        Assert.Contains("Parameters:mail-password", error.Message, StringComparison.Ordinal);
        Assert.False(app.ResourceNotifications.TryGetCurrentState("innocent", out _));
    }

    [Fact]
    public async Task A_missing_connection_string_stops_the_start_and_says_what_to_configure()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--ConnectionStrings:main-db=");
        builder.AddShell("innocent", "sleep 1000").WithReference(builder.AddConnectionString("main-db"));
        var app = await builder.BuildAsync(Cancel);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync(Cancel));

        Assert.Contains("ConnectionStrings:main-db", error.Message, StringComparison.Ordinal);
        Assert.False(app.ResourceNotifications.TryGetCurrentState("innocent", out _));
    }

    [Fact]
    public void Secrets_are_kept_beside_others_where_only_their_owner_reads_them()
    {
        var folder = Directory.CreateTempSubdirectory("attendance-secrets-");
        try
        {
            var path = Path.Combine(folder.FullName, "id", "secrets.json");
            new UserSecretsFile(path).Write("Parameters:one", "1");
            new UserSecretsFile(path).Write("Parameters:two", "2");

            Assert.Equal("1", new UserSecretsFile(path).Read("Parameters:one"));
            Assert.Equal(["Parameters:one", "Parameters:two"], JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateObject().Select(secret => secret.Name));
            Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
