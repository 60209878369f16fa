using System.Diagnostics;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Web;

public sealed class StartTests
{
    private static readonly Uri s_nowhere = new("http://127.0.0.1:1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("broken\nline")]
    public async Task A_key_that_cannot_be_sent_stops_the_start_and_is_named(string key)
    {
        await using var web = new WebServer(s_nowhere, ("Security:ApiKey", key));

        var error = Assert.Throws<OptionsValidationException>(web.StartServer);

        Assert.Contains("Security:ApiKey", error.Message, StringComparison.Ordinal);
        Assert.True(key.Length == 0 || !error.Message.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_developer_needs_neither_key_nor_store()
    {
        await using var web = new WebServer(
            s_nowhere, ("environment", "Development"), ("Security:ApiKey", ""), ("ConnectionStrings:sessions", ""));
        using var client = web.Client();

        Assert.Contains("Cameras", await client.GetStringAsync(new Uri("/", UriKind.Relative), Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost:6379,password=hush,nonsense=1")]
    public async Task A_store_that_is_not_said_stops_the_start_and_is_named(string connectionString)
    {
        await using var web = new WebServer(s_nowhere, ("ConnectionStrings:sessions", connectionString));

        var error = Assert.Throws<InvalidOperationException>(web.StartServer);

        Assert.Contains("ConnectionStrings:sessions", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_replica_reads_what_the_first_has_written()
    {
        await using var store = await TemporaryRedis.StartAsync(Cancel);
        var connection = ("ConnectionStrings:sessions", (string?)store.ConnectionString);
        await using var first = new WebServer(s_nowhere, connection);
        await using var second = new WebServer(s_nowhere, connection);
        first.StartServer();
        second.StartServer();

        var sealedText = first.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Protect("a session");
        await first.Services.GetRequiredService<IDistributedCache>().SetStringAsync("word", "kept", Cancel);

        Assert.Equal("a session", second.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Unprotect(sealedText));
        Assert.Equal("kept", await second.Services.GetRequiredService<IDistributedCache>().GetStringAsync("word", Cancel));
    }

    [Fact]
    public async Task Web_serves_soon_while_the_store_is_down()
    {
        await using var web = new WebServer(s_nowhere, ("ConnectionStrings:sessions", "127.0.0.1:1"));
        var start = Stopwatch.GetTimestamp();
        using var client = web.Client();

        Assert.Equal("Healthy", await client.GetStringAsync(new Uri("/health", UriKind.Relative), Cancel));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 20);
    }
}
