using System.Diagnostics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Quality;
using Attendance.Tests.CameraWorker.Network;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Attendance.Tests.CameraApi.Capture.Network;

/// <summary>Tests one use of a network camera from the API's side: its watchdog, its counters, and how often it reopens.</summary>
public sealed class NetworkUseTests : IAsyncDisposable
{
    private readonly IHost _host;
    private ICameraCapture? _capture;

    public NetworkUseTests()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Capture:StallTimeout"] = "00:00:01.500" });
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<CameraEvents>().AddMetrics();
        builder.AddCameras();
        builder.AddCapture();
        builder.AddQuality();
        _host = builder.Build();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_capture is not null)
        {
            Assert.IsType<CloseOutcome.Free>(await _capture.CloseAsync());
        }

        _host.Dispose();
    }

    [Fact]
    public async Task A_camera_that_breaks_off_after_each_first_picture_is_opened_less_and_less_often()
    {
        await using var camera = new FakeHttpCamera(async call =>
        {
            await call.WriteAsync(FakeHttpCamera.Ok);
            await call.WriteAsync(FakeHttpCamera.Part(TestJpegs.Get(0)));
        });
        await OpenAsync(camera.Url());
        var started = Stopwatch.GetTimestamp();

        await Eventually.TrueAsync(() => camera.Asked.Count >= 7, TimeSpan.FromSeconds(90), "it was asked seven times");

        // Twice at once, then after half of 1, 2, 4 and 8 s at least.
        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(7), $"{Stopwatch.GetElapsedTime(started)} for seven openings.");
    }

    [Fact]
    public async Task A_slow_camera_is_held_without_being_opened_again()
    {
        await using var camera = new FakeHttpCamera(async call =>
        {
            await call.WriteAsync(FakeHttpCamera.Ok);
            for (var i = 0; ; i++)
            {
                await call.WriteAsync(FakeHttpCamera.Part(TestJpegs.Get(i)));
                await Task.Delay(2500, call.End);
            }
        });
        var capture = await OpenAsync(camera.Url());

        await Eventually.TrueAsync(() => capture.Frames.Count >= 4, TimeSpan.FromSeconds(60), "it has shown four pictures");

        Assert.Equal(0, capture.Status.Reopenings);
        Assert.True(capture.Frames.Patience > TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_test_pattern_as_slow_as_it_may_be_is_held_without_being_opened_again()
    {
        var capture = await OpenAsync("test-pattern", frameRate: 0.4);

        await Eventually.TrueAsync(() => capture.Frames.Count >= 3, TimeSpan.FromSeconds(60), "it has shown three pictures");

        Assert.Equal(0, capture.Status.Reopenings);
    }

    [Fact]
    public async Task Even_a_camera_that_is_slower_than_it_is_waited_for_at_first_shows_its_second_picture_in_the_end()
    {
        await using var camera = new FakeHttpCamera(async call =>
        {
            await call.WriteAsync(FakeHttpCamera.Ok);
            for (var i = 0; ; i++)
            {
                await call.WriteAsync(FakeHttpCamera.Part(TestJpegs.Get(i)));
                await Task.Delay(6000, call.End); // thrice the stall time-out is 4.5 s
            }
        });
        var capture = await OpenAsync(camera.Url());

        await Eventually.TrueAsync(() => capture.Frames.Latest!.Header.Sequence >= 2, TimeSpan.FromSeconds(60), "its second picture is there");

        Assert.Equal(1, capture.Status.Reopenings);
    }

    [Fact]
    public async Task A_picture_that_has_frozen_counts_for_nothing_and_is_opened_again()
    {
        await using var camera = FakeHttpCamera.Streams(i => FakeHttpCamera.Part(TestJpegs.Get(Math.Min(i, 40))));
        var capture = await OpenAsync(camera.Url());

        await Eventually.TrueAsync(() => capture.Status.Reopenings >= 1, TimeSpan.FromSeconds(60), "it was opened again");

        Assert.InRange(capture.Frames.Count, 1, 90);
    }

    private async Task<ICameraCapture> OpenAsync(string address, double? frameRate = null)
    {
        Assert.True(CameraSource.TryParse(address, out var source));
        _capture = _host.Services.GetRequiredService<ICameraCaptureFactory>().Create(new Camera("gate", "gate", source, null, null, frameRate, [], [], Discovered: false));
        await _capture.OpenAsync(Cancel);
        return _capture;
    }
}
