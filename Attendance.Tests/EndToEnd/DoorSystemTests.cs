using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>The whole system with somebody in front of a camera at a door, from the pages of an administrator to the mark.</summary>
[Trait("Suite", "EndToEnd")]
public sealed partial class DoorSystemTests : IAsyncLifetime
{
    private const string Place = "Front door", Name = "Ada Lovelace";
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-door-");
    private AttendanceSystem _system = null!;
    private Visit _admin = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var film = Path.Combine(_folder.FullName, "face.mjpeg");
        await TestFaces.WriteMotionJpegAsync(film, secondsPerPose: 2, order: [Pose.Front], cancel: Cancel);
        _system = await AttendanceSystem.StartAsync(Cancel, $"--Cameras:door:Source=file:{film}", "--Doors:LookEvery=00:00:01");
        _admin = new(_system.Web) { Cookie = _system.Admin.Value };
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_door_goes_on_after_Web_and_the_camera_API_were_killed_and_its_camera_is_free_when_no_session_is_open()
    {
        var group = await GroupOfAsync(await EnrolledPeople.EnrollAsync(_system, _admin, Name, "A-1", TestFaces.Jpeg(Pose.Front)));
        (await _admin.PostAsync("/doors", new() { ["Form.Name"] = "Door", ["Form.Place"] = Place, ["Form.CameraId"] = "door", ["Form.IsWatched"] = "true" })).Leads("/doors");
        Assert.Equal("available", await _system.StateAsync("door"));

        List<string> sessions = [await SessionAsync(group)];
        await PresentAsync(sessions[^1]);
        Assert.Equal("held", await _system.StateAsync("door"));
        await GuardAsync();

        Processes.Signal(await _system.ProcessAsync("web", Cancel), "KILL");
        await _system.StartedAsync("web", Cancel);
        sessions.Add(await SessionAsync(group));
        await PresentAsync(sessions[^1]);

        Processes.Signal(await _system.ProcessAsync("camera-api", Cancel), "KILL");
        await _system.StartedAsync("camera-api", Cancel);
        sessions.Add(await SessionAsync(group));
        await PresentAsync(sessions[^1]);
        Assert.Contains("Watching", (await _admin.GetAsync("/doors")).Text, StringComparison.Ordinal);

        foreach (var session in sessions)
        {
            (await _admin.PostAsync($"/schedules/sessions/{session}?handler=Cancel", new() { ["Cancelling.Reason"] = "it is over" }, page: $"/schedules/sessions/{session}"))
                .Leads($"/schedules/sessions/{session}");
        }

        await Eventually.TrueAsync(async () => await _system.StateAsync("door") == "available", s_bound, "the camera is free");
        Assert.Equal(0, await _system.ActiveCamerasAsync());
        Assert.Contains("Waiting for a session", (await _admin.GetAsync("/doors")).Text, StringComparison.Ordinal);
        var log = await _system.LogAsync("web");
        Assert.DoesNotContain("Lovelace", log, StringComparison.Ordinal);
        Assert.DoesNotMatch("web_[0-9a-f]{32}|[?]lease=", log);
    }

    /// <summary>A guard looks at the door's camera as well, cannot have it alone, and leaves the door watching.</summary>
    private async Task GuardAsync()
    {
        var guard = await _system.AcquireAsync("door", "a_session_of_the_guard", mode: "shared");
        using (var picture = await _system.Api.GetAsync(guard.SnapshotUrl, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, picture.StatusCode);
        }

        var camera = await _system.Api.GetFromJsonAsync<JsonElement>("/api/cameras/door", Cancel);
        Assert.Equal("shared", camera.GetProperty("mode").GetString());
        Assert.Equal(["recognizer", null], camera.GetProperty("holders").EnumerateArray().Select(holder => holder.GetProperty("role").GetString()));
        using (var refused = await _system.Api.PostAsJsonAsync("/api/leases", new { session_id = "a_session_of_another", camera_id = "door" }, Cancel))
        {
            Assert.Equal("camera_in_use", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        }

        using var released = await _system.Api.DeleteAsync($"/api/leases/{guard.Id}", Cancel);
        Assert.Equal("held", await _system.StateAsync("door"));
        Assert.Contains("Watching", (await _admin.GetAsync("/doors")).Text, StringComparison.Ordinal);
    }

    private async Task<string> GroupOfAsync(string person)
    {
        var group = Id().Match((await _admin.PostAsync("/groups", new() { ["Form.Name"] = "Class" })).Location!).Value;
        Assert.Equal(HttpStatusCode.OK, (await _admin.PostAsync($"/groups/{group}?handler=Add", new() { ["personId"] = person }, page: $"/groups/{group}")).Status);
        return group;
    }

    /// <summary>A session that is open now.</summary>
    private async Task<string> SessionAsync(string group)
    {
        var now = DateTime.UtcNow;
        var added = await _admin.PostAsync("/schedules/sessions/new", new()
        {
            ["Form.Name"] = "Lesson", ["Form.Groups"] = group, ["Form.Day"] = now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["Form.StartsAt"] = now.ToString("HH:mm", CultureInfo.InvariantCulture), ["Form.Duration"] = "60", ["Form.Zone"] = "UTC", ["Form.Place"] = Place,
        });
        Assert.True(added.Location is not null, added.Text);
        return Id().Match(added.Location).Value;
    }

    private Task<TimeSpan> PresentAsync(string session) => Eventually.TrueAsync(
        async () => (await TodayAsync(_admin.Client)).Single(each => each.GetProperty("session_id").GetString() == session).GetProperty("present").GetInt32() == 1,
        s_bound, "the person is present");

    /// <summary>What the page of today is told first.</summary>
    internal static async Task<IReadOnlyList<JsonElement>> TodayAsync(HttpClient client)
    {
        using var events = new StreamReader(await client.GetStreamAsync(new Uri("/api/attendance/today/events", UriKind.Relative), Cancel));
        var first = await events.ReadLineAsync(Cancel);
        return [.. JsonDocument.Parse(first!["data: ".Length..]).RootElement.EnumerateArray()];
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}")]
    private static partial Regex Id();
}
