using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Live;

/// <summary>Tests cameras that are published as pictures over a WebSocket, where no WebRTC passes, in real processes.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class PicturePublishTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Another one for each test: the store is that of all.</summary>
    private readonly string _phone = $"browser-{Guid.NewGuid():N}-0123456789abcdef";

    private NodeProcess _node = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _node = await NodeProcess.StartAsync(
        store.ConnectionString, "pictures-" + Guid.NewGuid().ToString("N")[..8], "--WebRtc:MaxPublishers=1", "--Capture:HotSwapGrace=00:00:20");

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task What_a_page_sends_is_a_camera_like_any_other_and_is_asked_for_only_while_somebody_looks()
    {
        await using var page = new PicturePage();
        var lease = await _node.AcquireAsync(_phone, Session());
        var published = await page.PublishAsync(_node, _phone, lease);
        Assert.Equal(PublishedCamera.IdOf(_phone), published);
        Assert.Equal(0, page.Asked);

        var guard = await _node.AcquireAsync(published, Session());
        var camera = await _node.CameraAsync(published);
        Assert.Equal(("published", "held", 320, 240), (Text(camera, "kind"), Text(camera, "state"), camera.GetProperty("width").GetInt32(), camera.GetProperty("height").GetInt32()));
        await DeliversAsync(guard);
        Assert.InRange(page.Asked, 1, int.MaxValue);

        await _node.ReleaseAsync(lease);
        await page.OverAsync().WaitAsync(s_patience, Cancel);
        await _node.UntilAsync(published, "suspended");
        Assert.DoesNotContain(lease.Id, _node.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"lease_id":"own"}""", true, "lease_ended")]
    [InlineData("""{"lease_id":"own","more":1}""", false, "lease_required")]
    [InlineData("""{"lease_id":"?"}""", false, "lease_required")]
    [InlineData("""{"lease_id":null}""", false, "lease_required")]
    [InlineData("hello", false, "lease_required")]
    public async Task Without_a_lease_of_the_camera_nothing_is_published(string first, bool hasEnded, string code)
    {
        await using var page = new PicturePage();
        var lease = await _node.AcquireAsync(_phone, Session());
        if (hasEnded)
        {
            await _node.ReleaseAsync(lease);
        }

        await page.OpenAsync(_node, _phone, first.Replace("own", lease.Id, StringComparison.Ordinal));

        Assert.Null(await page.ReceiveAsync());
        Assert.Equal((WebSocketCloseStatus.PolicyViolation, code), (page.Socket.CloseStatus, page.Socket.CloseStatusDescription));
        Assert.DoesNotContain(await _node.CamerasAsync(), camera => Text(camera, "kind") == "published");
    }

    [Fact]
    public async Task Whoever_does_not_open_a_socket_is_told_to()
    {
        using var response = await _node.Http.GetAsync($"/api/cameras/{_phone}/publish", Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("websocket_required", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task It_counts_among_those_who_publish()
    {
        await using var publisher = new PicturePage();
        await publisher.PublishAsync(_node, _phone, await _node.AcquireAsync(_phone, Session()));
        var other = $"browser-{Guid.NewGuid():N}-0123456789abcdef";
        await using var refused = new PicturePage();
        await refused.OpenAsync(_node, other, $$"""{"lease_id":"{{(await _node.AcquireAsync(other, Session())).Id}}"}""");

        Assert.Null(await refused.ReceiveAsync());
        Assert.Equal("too_many_publishers", refused.Socket.CloseStatusDescription);
    }

    [Fact]
    public async Task The_way_may_change_under_one_lease_while_others_look()
    {
        var lease = await _node.AcquireAsync(_phone, Session(), ttlSeconds: 300);
        await using var publisher = new Publisher();
        var published = (await publisher.PublishAsync(_node, _phone, lease)).Camera!;
        var guard = await _node.AcquireAsync(published, Session(), ttlSeconds: 300);
        await DeliversAsync(guard);

        await using var page = new PicturePage();
        Assert.Equal(published, await page.PublishAsync(_node, _phone, lease));
        await Eventually.TrueAsync(() => page.Asked > 0, s_patience, "pictures of the page are asked for");
        await DeliversAsync(guard);

        Assert.Equal(HttpStatusCode.Created, (await publisher.PublishAsync(_node, _phone, lease)).Status);
        await page.OverAsync().WaitAsync(s_patience, Cancel);
        await _node.UntilAsync(published, "held");
        await DeliversAsync(guard);
    }

    [Fact]
    public async Task A_page_that_sends_nothing_or_garbage_is_missing_and_back_when_it_sends_pictures()
    {
        var lease = await _node.AcquireAsync(_phone, Session(), ttlSeconds: 300);
        await using var silent = new PicturePage();
        var published = await silent.PublishAsync(_node, _phone, lease);
        var guard = await _node.AcquireAsync(published, Session(), ttlSeconds: 300);
        silent.Picture = () => [];
        await silent.OverAsync().WaitAsync(s_patience, Cancel); // it was asked, and did not answer
        await _node.UntilAsync(published, "suspended");

        await using var broken = new PicturePage();
        var drawing = new PicturePage.Drawing();
        broken.Picture = () => drawing.Next()[..^1000];
        await broken.PublishAsync(_node, _phone, lease);
        await Eventually.TrueAsync(() => broken.Asked > 3, s_patience, "pictures are asked for");
        Assert.Equal("suspended", await _node.StateAsync(published));

        broken.Picture = drawing.Next;
        await _node.UntilAsync(published, "held");
        await DeliversAsync(guard);
    }

    [Fact]
    public async Task Who_sends_what_was_not_asked_for_is_published_no_more()
    {
        await using var page = new PicturePage();
        var published = await page.PublishAsync(_node, _phone, await _node.AcquireAsync(_phone, Session()));

        await page.Socket.SendAsync(new PicturePage.Drawing().Next(), WebSocketMessageType.Binary, endOfMessage: true, Cancel);

        await page.OverAsync().WaitAsync(s_patience, Cancel);
        await Eventually.TrueAsync(
            async () => !(await _node.CamerasAsync()).Any(camera => Text(camera, "camera_id") == published && Text(camera, "state") == "available"), s_patience, "it is not there any more");
    }

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");

    private static string? Text(JsonElement camera, string name) => camera.GetProperty(name).GetString();

    private Task DeliversAsync(Lease lease) => ShownPicture.DeliversAsync(_node, lease);
}
