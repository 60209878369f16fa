using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using Attendance.ServiceDefaults;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.ServiceDefaults;

public sealed class ServerLimitsTests
{
    private const int FewDescriptors = 512;
    private const int FewestSockets = 16; // the limit of a process with so few descriptors
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(3); // with a margin for a busy machine

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1024)]
    [InlineData("Max open files            unlimited            unlimited            files     ", long.MaxValue)]
    [InlineData("Max processes             7                    7                    processes ", 1024)]
    [InlineData("Max open files            many                 many                 files     ", 1024)]
    public void The_limit_of_descriptors_is_the_one_that_holds(string line, long expected) =>
        Assert.Equal(expected, Descriptors.Parse(["Limit Soft Limit Hard Limit Units", line]));

    [Fact]
    public async Task What_a_connection_may_cost_is_bounded()
    {
        await using var web = new WebServer(new Uri("http://127.0.0.1:1"));
        web.StartServer();
        var limits = web.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;

        Assert.InRange(limits.MaxConcurrentConnections!.Value, 1, 4096);
        Assert.InRange(limits.MaxConcurrentUpgradedConnections!.Value, 1, 4096);
        Assert.True(limits.MaxConcurrentConnections * 2 + limits.MaxConcurrentUpgradedConnections * 2 < Descriptors.Limit);
        Assert.Equal(TimeSpan.FromSeconds(30), limits.KeepAliveTimeout);
        Assert.InRange(limits.MaxRequestBodySize!.Value, 1, 5 * 1024 * 1024);
    }

    [Fact]
    public async Task A_socket_too_many_is_told_so_and_another_is_let_in_when_one_has_ended()
    {
        var port = ServerProcess.FreePort();
        await using var store = await RedisProcess.TryStartAsync(port, "save \"\"");
        Assert.SkipWhen(store is null, RedisProcess.MissingMessage);
        await using var api = await LimitedProcess.StartAsync("Attendance.CameraApi", FewDescriptors, SettingsOfCameraApi(port));
        var key = ("X-Api-Key", TestSecrets.ApiKey);
        List<PageSocket> pages = [];
        for (var number = 0; number < FewestSockets; number++)
        {
            pages.Add(await PageSocket.OpenAsync(api.Address, $"camera_123456789_{number:00}", key));
        }

        using var client = new HttpClient { BaseAddress = api.Address };
        using var wish = new HttpRequestMessage(HttpMethod.Get, "/api/sessions/camera_123456789_more/presence");
        foreach (var (name, value) in ((string, string)[])
            [key, ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==")])
        {
            wish.Headers.Add(name, value);
        }

        using var refused = await client.SendAsync(wish, Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("too_many_sockets", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        await pages[0].DisposeAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await using var another = await PageSocket.OpenAsync(api.Address, "camera_123456789_more", key);
                    return true;
                }
                catch (WebSocketException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(20), "there is a place again");
        Assert.DoesNotContain("xception", api.Log, StringComparison.Ordinal);
        foreach (var page in pages)
        {
            await page.DisposeAsync();
        }
    }

    [Fact]
    public Task Web_outlives_connections_that_say_nothing() => WebOutlivesAsync(FewDescriptors, FewDescriptors * 3);

    [Fact]
    public Task Camera_api_outlives_connections_that_say_nothing() => CameraApiOutlivesAsync(FewDescriptors, FewDescriptors * 3);

    /// <summary>Half a minute each: <c>./test.sh --connections</c>.</summary>
    /// <param name="descriptors">0 for as many as there may be.</param>
    [Theory(Explicit = true)]
    [InlineData(1024)]
    [InlineData(0)]
    public Task Web_outlives_twenty_thousand_connections(int descriptors) => WebOutlivesAsync(descriptors, 20_000);

    [Theory(Explicit = true)]
    [InlineData(1024)]
    [InlineData(0)]
    public Task Camera_api_outlives_twenty_thousand_connections(int descriptors) => CameraApiOutlivesAsync(descriptors, 20_000);

    private static Task WebOutlivesAsync(int descriptors, int connections) => OutlivesAsync("Attendance.Web", descriptors, connections, new()
    {
        ["Security__ApiKey"] = TestSecrets.ApiKey,
        ["DataProtection__Secret"] = "0123456789abcdef0123456789abcdef",
        ["Services__camera-api__http__0"] = "http://127.0.0.1:1",
    });

    private static async Task CameraApiOutlivesAsync(int descriptors, int connections)
    {
        var port = ServerProcess.FreePort();
        await using var store = await RedisProcess.TryStartAsync(port, "save \"\"");
        Assert.SkipWhen(store is null, RedisProcess.MissingMessage);
        await OutlivesAsync("Attendance.CameraApi", descriptors, connections, SettingsOfCameraApi(port));
    }

    private static Dictionary<string, string> SettingsOfCameraApi(int storePort) => new()
    {
        ["Security__ApiKey"] = TestSecrets.ApiKey,
        ["ConnectionStrings__sessions"] = $"127.0.0.1:{storePort}",
        ["Discovery__Enabled"] = "false",
    };

    private static async Task OutlivesAsync(string program, int descriptors, int connections, Dictionary<string, string> settings)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted as Linux does.");
        var folder = Directory.CreateTempSubdirectory("attendance-limits-");
        settings["Data__Folder"] = folder.FullName;
        try
        {
            await using var process = await LimitedProcess.StartAsync(program, descriptors, settings);
            await using var idle = await IdleConnections.OpenAsync(process.Port, connections);
            for (var attempt = 0; attempt < 5; attempt++)
            {
                var asked = Stopwatch.GetTimestamp();
                Assert.True(await process.AskAsync(s_atOnce * 2) is null or HttpStatusCode.OK);
                Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, s_atOnce);
            }

            Assert.InRange(process.Open, 1, (descriptors > 0 ? descriptors : Descriptors.Limit) * 9 / 10);
            await idle.DisposeAsync();

            await Eventually.TrueAsync(
                async () => (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => process.AskAsync(s_atOnce)))).All(status => status == HttpStatusCode.OK),
                s_atOnce, "everybody is served again");
            Assert.True(process.IsRunning);
            Assert.Equal(1, process.Log.Split("Connections are refused").Length - 1);
            Assert.DoesNotContain("xception", process.Log, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
