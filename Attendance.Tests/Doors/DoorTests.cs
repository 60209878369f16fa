using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Programs;
using Attendance.Tests.Subjects;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Doors;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Xunit;
using static Attendance.Tests.Doors.DoorCamera;

namespace Attendance.Tests.Doors;

/// <summary>Tests a server camera at a door, with a real camera API.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class DoorTests(DoorCamera door) : IClassFixture<DoorCamera>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Somebody_is_checked_in_while_a_session_is_open_and_the_camera_is_free_afterwards()
    {
        await using var site = door.Site();
        Assert.True(await AddDoorAsync(site));
        await BecomesAsync(site, DoorCondition.NoSession);
        Assert.Equal("available", await door.Node.StateAsync(DoorCamera.Id));
        var meters = site.Web.Services.GetRequiredService<IMeterFactory>();
        using var frames = new MetricCollector<int>(meters, "Attendance.Web", "attendance.recognition.frames");
        using var decisions = new MetricCollector<int>(meters, "Attendance.Web", "attendance.recognition.decisions");
        using var duration = new MetricCollector<double>(meters, "Attendance.Web", "attendance.recognition.duration");

        var (person, session) = await ExpectedAsync(site);

        await MarkedAsync(site, session, person);
        Assert.Equal(DoorCondition.Watching, await ConditionAsync(site));
        Assert.Equal("held", await door.Node.StateAsync(DoorCamera.Id));
        var stored = await site.DbAsync(db => db.CheckIns.AsNoTracking().SingleAsync(Cancel));
        Assert.Equal((CheckInMethod.Face, Place), (stored.Method, stored.Place));
        Assert.Matches("^door-[0-9a-f]{32}$", stored.KioskId);
        Assert.True(JsonDocument.Parse(stored.Evidence!).RootElement.GetProperty("distance").GetDouble() < 0.5);
        await Eventually.TrueAsync(() => duration.GetMeasurementSnapshot().Count > 0, "the decision is measured");
        var decided = Assert.Single(decisions.GetMeasurementSnapshot());
        Assert.Equal(("door", "recorded"), (decided.Tags["attendance.recognition.source"], decided.Tags["attendance.recognition.outcome"]));
        Assert.Single(duration.GetMeasurementSnapshot());
        Assert.True(frames.GetMeasurementSnapshot().Sum(one => one.Value) >= 3);

        await site.WithAsync<AttendanceSessionStore, SessionOutcome>(sessions => sessions.CancelAsync(session, true, "it is over", AttendanceSite.Account, Cancel));
        await BecomesAsync(site, DoorCondition.NoSession);
        await door.FreeAsync();
        Assert.Equal(1, await site.DbAsync(db => db.CheckIns.CountAsync(Cancel))); // the same person stood there all the time
        Assert.DoesNotContain(site.Web.Logs.GetSnapshot(), line => line.Message.Contains("Ada", StringComparison.Ordinal) || line.Message.Contains("web_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_door_that_nobody_watches_borrows_nothing_and_marks_nobody()
    {
        await using var site = door.Site();
        await ExpectedAsync(site);
        Assert.True(await AddDoorAsync(site));
        await BecomesAsync(site, DoorCondition.Watching);
        var id = (await site.WithAsync<DoorStore, IReadOnlyList<Door>>(doors => doors.ListAsync(Cancel)))[0].Id;

        await site.WithAsync<DoorStore, bool>(async doors => { await doors.SetWatchedAsync(id, false, AttendanceSite.Account, Cancel); return true; });

        await door.FreeAsync();
        await BecomesAsync(site, null); // once the camera is known to be given back
        await site.WithAsync<DoorStore, bool>(async doors => { await doors.SetWatchedAsync(id, true, AttendanceSite.Account, Cancel); return true; });
        await BecomesAsync(site, DoorCondition.Watching);
        await site.WithAsync<DoorStore, bool>(async doors => { await doors.RemoveAsync(id, AttendanceSite.Account, Cancel); return true; });
        await door.FreeAsync();
        Assert.Equal(
            ["door.added", "door.unwatched", "door.watched", "door.removed"],
            await site.DbAsync(db => db.AuditEntries.Where(entry => entry.SubjectId == id).OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync(Cancel)));
    }

    [Theory]
    [InlineData("Liveness:Required", "always", nameof(DoorCondition.MustBeAlive))]
    [InlineData("Recognition:MaxCandidates", "1", nameof(DoorCondition.TooMany))]
    public async Task Where_faces_alone_may_not_decide_no_camera_is_borrowed(string key, string value, string condition)
    {
        await using var site = door.Site((key, value));
        var (one, other) = (await PersonAsync(site, "Ada Lovelace", "A-1", await FaceAsync(site)), await PersonAsync(site, "Alan Turing", "A-2", TestEmbeddings.Random()));
        await site.SessionAsync(await site.GroupAsync("Class", one, other), TimeSpan.Zero, Place);
        await AddDoorAsync(site);

        await BecomesAsync(site, Enum.Parse<DoorCondition>(condition));

        Assert.Equal("available", await door.Node.StateAsync(DoorCamera.Id));
    }

    [Fact]
    public async Task Where_nobody_who_is_expected_has_pictures_no_camera_is_borrowed()
    {
        await using var site = door.Site();
        await site.SessionAsync(await site.GroupAsync("Class", await site.PersonAsync("Alan Turing", "A-2")), TimeSpan.Zero, Place);
        await AddDoorAsync(site);

        await BecomesAsync(site, DoorCondition.NobodyKnown);

        Assert.Equal("available", await door.Node.StateAsync(DoorCamera.Id));
    }

    [Fact]
    public async Task A_face_that_may_be_either_of_two_people_is_a_doubt_for_the_operator()
    {
        await using var site = door.Site();
        var (one, other) = (await PersonAsync(site, "Ada Lovelace", "A-1", await FaceAsync(site)), await PersonAsync(site, "Ada's Twin", "A-2", await FaceAsync(site, 0.05)));
        await site.SessionAsync(await site.GroupAsync("Class", one, other), TimeSpan.Zero, Place);
        await AddDoorAsync(site);

        await Eventually.TrueAsync(async () => (await OpenDoubtsAsync(site)).Count == 1, TimeSpan.FromSeconds(40), "the doubt is on the list");

        Assert.Equal([one, other], new[] { (await OpenDoubtsAsync(site))[0].PersonId, (await OpenDoubtsAsync(site))[0].OtherId!.Value }.Order());
        Assert.Equal(0, await site.DbAsync(db => db.CheckIns.CountAsync(Cancel)));
    }

    [Fact]
    public async Task A_camera_that_somebody_else_has_is_borrowed_as_soon_as_it_is_free()
    {
        await using var site = door.Site();
        var (person, session) = await ExpectedAsync(site);
        var theirs = await door.Node.AcquireAsync(DoorCamera.Id, "somebody_at_a_page");
        await AddDoorAsync(site);
        await BecomesAsync(site, DoorCondition.InUse);

        await door.Node.ReleaseAsync(theirs);

        await MarkedAsync(site, session, person);
    }

    [Theory]
    [InlineData("nowhere", nameof(DoorCondition.UnknownCamera))]
    [InlineData("lost", nameof(DoorCondition.CameraAway))]
    public async Task A_camera_that_cannot_be_had_is_said_to_be_away(string camera, string condition)
    {
        await using var site = door.Site();
        await ExpectedAsync(site);
        await AddDoorAsync(site, camera: camera);

        await BecomesAsync(site, Enum.Parse<DoorCondition>(condition));
    }

    /// <summary>Each process of Web asks for the camera, and camera-api decides which one gets it.</summary>
    [Fact]
    public async Task Of_two_processes_one_watches_and_the_other_goes_on_when_it_stops()
    {
        await using var second = door.Site();
        var (person, session) = await ExpectedAsync(second);
        await using (var first = door.Site())
        {
            await ExpectedAsync(first);
            await AddDoorAsync(first);
            await BecomesAsync(first, DoorCondition.Watching);
            await AddDoorAsync(second);
            await BecomesAsync(second, DoorCondition.InUse);
            Assert.Equal(DoorCondition.Watching, await ConditionAsync(first));
        }

        await MarkedAsync(second, session, person);
    }

    [Fact]
    public async Task A_lease_that_ops_take_back_is_noticed_and_another_one_is_asked_for()
    {
        await using var site = door.Site();
        await ExpectedAsync(site);
        await AddDoorAsync(site);
        await BecomesAsync(site, DoorCondition.Watching);
        var before = await LeaseRefAsync();

        using var taken = await door.Node.Http.PostAsJsonAsync($"/api/cameras/{DoorCamera.Id}/release", new { by = "ops", why = "a test" }, Cancel);
        Assert.True(taken.IsSuccessStatusCode, await taken.Content.ReadAsStringAsync(Cancel));

        await Eventually.TrueAsync(async () => await LeaseRefAsync() is { } now && now != before, TimeSpan.FromSeconds(20), "there is another lease");
        await BecomesAsync(site, DoorCondition.Watching);
    }

    /// <summary>A camera API that does not answer cannot say that the lease is over, so Web counts for itself.</summary>
    [Fact]
    public async Task A_lease_that_nobody_confirms_counts_as_lost_after_its_time_and_the_door_goes_on_afterwards()
    {
        await using var site = door.Site();
        var (person, session) = await ExpectedAsync(site);
        await AddDoorAsync(site);
        await MarkedAsync(site, session, person);

        Processes.Signal(door.Node.Pid, "STOP");
        try
        {
            await BecomesAsync(site, DoorCondition.NoAnswer);
        }
        finally
        {
            Processes.Signal(door.Node.Pid, "CONT");
        }

        Assert.Contains(site.Web.Logs.GetSnapshot(), line => line.Message.Contains("the lease of camera door was lost", StringComparison.Ordinal));
        await BecomesAsync(site, DoorCondition.Watching);
    }

    private static Task<IReadOnlyList<DoubtRow>> OpenDoubtsAsync(AttendanceSite site) => site.WithAsync<Doubts, IReadOnlyList<DoubtRow>>(doubts => doubts.OpenAsync(Cancel));

    private async Task<string?> LeaseRefAsync() => (await door.Node.CameraAsync(DoorCamera.Id)).GetProperty("lease_ref").GetString();
}
