using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Upkeep;
using Attendance.CameraApi.Views;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.CameraApi.Sessions;

/// <summary>Tests the camera of a page: it is leased as any other, and free when the page says that it stopped it, or is gone.</summary>
public sealed class BrowserCameraTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncDisposable
{
    private const string Camera = "browser-0123456789abcdef0123456789abcdef-0123456789abcdef";
    private const string Another = "browser-0123456789abcdef0123456789abcdef-fedcba9876543210";
    private static readonly LeaseEnd s_forced = new(ReleaseReason.Forced);

    private readonly PresenceNode _node = new(store.ConnectionString, ("Leases:MaxBrowserCameras", "1"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData(Camera, true)]
    [InlineData("browser-0123456789abcdef0123456789abcdef-0123456789abcde", false)]
    [InlineData("browser-0123456789ABCDEF0123456789abcdef-0123456789abcdef", false)]
    [InlineData("browser-0123456789abcdef0123456789abcdef-0123456789abcdef\n", false)]
    [InlineData("browser-1", false)]
    [InlineData(null, false)]
    public void A_browser_cameras_id_has_one_format(string? id, bool isOne) => Assert.Equal(isOne, IdFormats.IsBrowserCamera(id));

    [Fact]
    public async Task A_browser_camera_is_leased_as_any_other_and_listed_while_it_is()
    {
        var lease = await _node.HoldAsync(Camera, "one");

        Assert.IsType<AcquireOutcome.InUse>(await _node.AcquireAsync(Camera, new AcquireOptions("two")));
        var view = _node.Get<CameraViews>().Find(Camera);
        Assert.Equal((CameraKind.Browser, CameraState.Held, lease.Ref), (view!.Kind, view.State, view.LeaseRef));
        Assert.Equal("Browser camera", view.Name);
        Assert.Empty(_node.Captures.Created);

        await _node.Leases.EndAsync(lease, new LeaseEnd(ReleaseReason.Client));

        Assert.Null(_node.Get<CameraViews>().Find(Camera));
        Assert.False(_node.Get<CameraSlots>().TryGet(Camera, out _));
        Assert.Equal("client", Assert.Single(await _node.Get<LeaseStore>().ForScope(BrowserCamera.Any).ReadLedgerAsync(Camera, 1)).Reason);
    }

    [Fact]
    public async Task The_number_of_browser_cameras_is_limited_and_a_freed_one_makes_room()
    {
        var lease = await _node.HoldAsync(Camera, "one");
        Assert.Null(_node.Get<CameraSlots>().VisitBrowserCamera(Another));
        Assert.Same(lease, await _node.HoldAsync(Camera, "one"));

        await _node.Leases.EndAsync(lease, s_forced);

        await _node.HoldAsync(Another, "one");
    }

    [Fact]
    public async Task A_browser_camera_is_free_when_its_own_page_says_that_it_stopped_it()
    {
        var page = await _node.ConnectAsync("one");
        var stranger = await _node.ConnectAsync("two");
        var lease = await _node.HoldAsync(Camera, "one");
        await page.SayAsync(new { type = "stopped", lease_id = lease.Id }); // does not count, because the lease has not ended
        await _node.HeardAsync(page);

        var releasing = _node.Leases.EndAsync(lease, s_forced);
        await page.HearAsync("ended");
        await stranger.SayAsync(new { type = "stopped", lease_id = lease.Id });
        await _node.HeardAsync(stranger);
        Assert.False(releasing.IsCompleted);

        await page.SayAsync(new { type = "stopped", lease_id = lease.Id });
        Assert.IsType<CloseOutcome.Free>(await releasing.WaitAsync(TimeSpan.FromSeconds(10), Cancel));
    }

    [Fact]
    public async Task A_browser_camera_is_free_when_its_page_is_gone()
    {
        var page = await _node.ConnectAsync("one");
        var releasing = _node.Leases.EndAsync(await _node.HoldAsync(Camera, "one"), s_forced);
        Assert.False(releasing.IsCompleted);

        await _node.LoseAsync(page);

        Assert.IsType<CloseOutcome.Free>(await releasing.WaitAsync(TimeSpan.FromSeconds(10), Cancel));
    }

    [Fact]
    public async Task A_browser_camera_is_free_at_once_if_its_session_has_no_socket()
    {
        var lease = await _node.HoldAsync(Camera, "one");

        Assert.IsType<CloseOutcome.Free>(await _node.Leases.EndAsync(lease, s_forced));
    }

    [Fact]
    public async Task A_browser_camera_is_quarantined_until_its_page_confirms_the_stop()
    {
        var page = await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync(Camera, "one");
        var releasing = _node.Leases.EndAsync(lease, s_forced);

        await _node.PassAsync(3.5);
        Assert.IsType<CloseOutcome.NotFree>(await releasing);
        Assert.Equal(CameraState.Quarantined, _node.Get<CameraViews>().Find(Camera)?.State);
        Assert.IsType<AcquireOutcome.Quarantined>(await _node.AcquireAsync(Camera, new AcquireOptions("two")));

        await page.SayAsync(new { type = "stopped", lease_id = lease.Id });
        await Eventually.TrueAsync(() => _node.Get<CameraViews>().Find(Camera) is null, "it is out of quarantine and of the list");
        await _node.HoldAsync(Camera, "two");
    }

    [Fact]
    public async Task A_page_that_reconnects_is_asked_again_to_confirm_the_stop()
    {
        await _node.ConnectAsync("one");
        var lease = await _node.HoldAsync(Camera, "one");
        var releasing = _node.Leases.EndAsync(lease, s_forced);

        var back = await _node.ConnectAsync("one");
        await back.HearAsync("ended", ended => (string?)ended["lease_id"] == lease.Id);
        Assert.False(releasing.IsCompleted);
        await back.SayAsync(new { type = "stopped", lease_id = lease.Id });

        Assert.IsType<CloseOutcome.Free>(await releasing.WaitAsync(TimeSpan.FromSeconds(10), Cancel));
    }

    [Fact]
    public async Task Auto_never_takes_a_browser_camera()
    {
        var lease = await _node.HoldAsync(Camera, "one");
        _node.Get<Cleanup>().LeaveSessions(["one"], s_forced, TimeSpan.FromSeconds(1), isDryRun: false);

        for (var i = 0; i < 2; i++)
        {
            var any = await _node.Get<CameraChoice>().AcquireAsync(new CameraRequirements(), new AcquireOptions($"session-{i}"), Cancel);
            Assert.NotEqual(Camera, Assert.IsType<AcquireOutcome.Granted>(any).Lease.CameraId);
        }

        Assert.IsType<AcquireOutcome.InUse>(await _node.Get<CameraChoice>().AcquireAsync(new CameraRequirements(), new AcquireOptions("last"), Cancel));
        Assert.Null(lease.End);
    }

    [Fact]
    public async Task A_lease_of_an_earlier_run_goes_on_for_a_page_that_comes_back_in_time()
    {
        await GrantedToAnEarlierRunAsync();
        await _node.Get<Reconciliation>().RecoverAsync();
        var lease = Assert.Single(_node.Leases.Live);
        await lease.Opened;

        var page = await _node.ConnectAsync("of-the-past");
        Assert.Equal(lease.Id, (string?)page.Heard[0]["leases"]![0]!["lease_id"]);
        await _node.PassAsync(60);

        Assert.Null(lease.End);
        Assert.Empty(_node.Captures.Created);
    }

    [Fact]
    public async Task A_lease_of_an_earlier_run_whose_page_does_not_come_back_expires()
    {
        await GrantedToAnEarlierRunAsync();
        await _node.Get<Reconciliation>().RecoverAsync();
        var lease = Assert.Single(_node.Leases.Live);

        await _node.PassAsync(31);
        await lease.Released;

        Assert.Equal(ReleaseReason.Expired, lease.End?.Reason);
        Assert.False(_node.Get<CameraSlots>().TryGet(Camera, out _));
    }

    private async Task GrantedToAnEarlierRunAsync() => Assert.IsType<StoreGrant.Granted>(await _node.Get<LeaseStore>().ForScope(BrowserCamera.Any).AcquireAsync(
        Camera, Attendance.CameraApi.Identifiers.NewLeaseId(), "of-the-past", TimeSpan.FromSeconds(30)));
}
