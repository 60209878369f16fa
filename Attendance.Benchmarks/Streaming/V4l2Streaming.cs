using System.Diagnostics;
using System.Globalization;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Streaming;

/// <summary>Measures camera-api, µStreamer and Motion on the same device, one after the other and again in reverse order, with the same size, rate and quality.</summary>
internal static class V4l2Streaming
{
    public const string Title = "A V4L2 device, against µStreamer and Motion";

    /// <summary>Marks the note in the guest's output.</summary>
    public const string NoteBegin = "The device is";

    private const string Ours = "camera-api";
    private const string Device = "/dev/video0";
    private const int Width = 640, Height = 480, FrameRate = 10, Quality = 85;
    private static readonly int[] s_viewers = [1, 4];
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(4);

    /// <summary>
    /// camera-api compiles what it runs as it runs it, which takes the emulated machine a minute or two, once. It is part of what a start costs,
    /// and would be most of what is called the cost of a frame here.
    /// </summary>
    private static readonly TimeSpan s_compilation = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_span = TimeSpan.FromSeconds(5);

    private static readonly IReadOnlyDictionary<string, string> s_settings = new Dictionary<string, string>
    {
        ["Cameras:camera:Source"] = $"device:{Device}",
        ["Cameras:camera:Width"] = $"{Width}",
        ["Cameras:camera:Height"] = $"{Height}",
        ["Cameras:camera:FrameRate"] = $"{FrameRate}",
        ["Capture:JpegQuality"] = $"{Quality}",
        // An emulated machine is many times slower than a real one.
        ["Capture:OpenTimeout"] = "00:02:00",
        ["Capture:StallTimeout"] = "00:00:30",
        ["Capture:ReleaseTimeout"] = "00:00:10",
        ["Leases:StoreTimeout"] = "00:00:10",
        ["Logging:LogLevel:Default"] = "Information", // little, and it says what went wrong in a machine that is gone afterwards
    };

    public static async Task<ReportTable> MeasureAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        // It runs all the while, its camera free while others have the device: to start it takes the emulated machine a minute.
        await using var api = await CameraApiServer.StartAsync(redis, "bench", s_settings, cancellationToken);
        Server[] servers =
        [
            new(Ours, s_compilation, (watchAsync, cancel) => OursAsync(api, watchAsync, cancel)), new("µStreamer", s_warmUp, UStreamerAsync), new("Motion", s_warmUp, MotionAsync),
        ];
        var found = new Dictionary<(string Server, int Viewers), List<StreamFigures>>();
        foreach (var server in servers.Concat(servers.Reverse()))
        {
            await server.WatchAsync(
                async stream =>
                {
                    await stream.MeasureAsync(1, server.WarmUp, cancellationToken);
                    foreach (var viewers in s_viewers)
                    {
                        run.Say($"{server.Name}, {viewers}");
                        var figures = await stream.MeasureAsync(viewers, s_span, cancellationToken);
                        (found.TryGetValue((server.Name, viewers), out var list) ? list : found[(server.Name, viewers)] = []).Add(figures);
                    }
                },
                cancellationToken);
        }

        return new ReportTable(
            Title,
            ["server, viewers", "frames/s per viewer", "CPU ms per delivered frame", "ratio to the better of the others", "KiB per frame", "PSS MiB"],
            [.. s_viewers.SelectMany(viewers => servers.Select(server =>
            {
                var figures = found[(server.Name, viewers)];
                var best = servers.Skip(1).Min(other => Cpu(found[(other.Name, viewers)]));
                return (string[])
                [
                    $"{server.Name}, {viewers}", Samples.Figure(figures.Average(one => one.FramesPerSecond)), Samples.Figure(Cpu(figures)),
                    Samples.Figure(Cpu(figures) / best), Samples.Figure(figures.Average(one => one.BytesPerFrame) / 1024), Samples.Figure(figures.Average(one => one.Memory)),
                ];
            }))],
            $"{NoteBegin} the kernel's vivid, {Width}×{Height} at {FrameRate} frames/s, which offers no JPEG: all three encode, at quality {Quality}. Motion does not look for motion (`pause on`); µStreamer encodes with one worker. camera-api is watched for {s_compilation.TotalSeconds:0} s before, until it has compiled what it runs.");
    }

    /// <summary>The goals for the rows of the table, which come from the guest as text. Without rows, none of them was measured.</summary>
    public static IEnumerable<Goal> Goals(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        const string unit = "× the better of µStreamer and Motion";
        foreach (var viewers in s_viewers)
        {
            var what = $"CPU of a delivered frame, {viewers} viewer{(viewers == 1 ? "" : "s")} of a V4L2 device";
            yield return rows.FirstOrDefault(row => row[0] == $"{Ours}, {viewers}") is { } row
                ? Goal.AtMost(what, double.Parse(row[3], CultureInfo.InvariantCulture), 1, unit)
                : Goal.NotMeasured(what, $"≤ 1 {unit}");
        }
    }

    private static double Cpu(List<StreamFigures> figures) => figures.Average(one => one.CpuPerFrame.TotalMilliseconds);

    private static async Task OursAsync(CameraApiServer api, Func<StreamedCamera, Task> watchAsync, CancellationToken cancellationToken)
    {
        var camera = await api.AcquireAsync("camera", "bench-streaming", cancellationToken);
        await watchAsync(new StreamedCamera(new Uri(api.Address, camera.StreamUrl), api.ApiKey, api.Pid));
        await api.ReleaseAsync(camera, cancellationToken);
    }

    private static Task UStreamerAsync(Func<StreamedCamera, Task> watchAsync, CancellationToken cancellationToken)
    {
        var port = ChildProcess.FreePort();
        return OfAsync(
            new ProcessStartInfo(
                "ustreamer",
                [
                    $"--device={Device}", $"--resolution={Width}x{Height}", $"--desired-fps={FrameRate}", $"--quality={Quality}", "--workers=1", "--format=YUYV",
                    "--host=127.0.0.1", $"--port={port}",
                ]),
            new Uri($"http://127.0.0.1:{port}/stream"),
            watchAsync,
            cancellationToken);
    }

    private static async Task MotionAsync(Func<StreamedCamera, Task> watchAsync, CancellationToken cancellationToken)
    {
        var (port, folder) = (ChildProcess.FreePort(), Directory.CreateTempSubdirectory("attendance-benchmarks-"));
        try
        {
            var settings = Path.Combine(folder.FullName, "motion.conf");
            await File.WriteAllLinesAsync(
                settings,
                [
                    "daemon off", $"target_dir {folder.FullName}", $"videodevice {Device}", $"width {Width}", $"height {Height}", $"framerate {FrameRate}",
                    "pause on", "text_right", "picture_output off", "movie_output off", "webcontrol_port 0",
                    $"stream_port {port}", "stream_localhost on", $"stream_quality {Quality}", $"stream_maxrate {FrameRate}", "stream_motion off",
                ],
                cancellationToken);
            await OfAsync(
                new ProcessStartInfo("motion", ["-n", "-c", settings]) { WorkingDirectory = folder.FullName },
                new Uri($"http://127.0.0.1:{port}/"),
                watchAsync,
                cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task OfAsync(ProcessStartInfo start, Uri address, Func<StreamedCamera, Task> watchAsync, CancellationToken cancellationToken)
    {
        await using var server = ChildProcess.Start(start);
        using var http = new HttpClient();
        await server.UntilAsync(() => ShowsAsync(http, address, cancellationToken), TimeSpan.FromSeconds(60), cancellationToken);
        await watchAsync(new StreamedCamera(address, ApiKey: null, server.Pid));
    }

    /// <summary>Waits until Motion serves pictures. It listens before its camera is open, and refuses viewers until then.</summary>
    private static async Task<bool> ShowsAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <param name="WatchAsync">Serves the device for as long as the function given takes.</param>
    private sealed record Server(string Name, TimeSpan WarmUp, Func<Func<StreamedCamera, Task>, CancellationToken, Task> WatchAsync);
}
