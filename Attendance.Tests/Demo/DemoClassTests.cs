using Attendance.Tests.CheckIn;
using Attendance.Web.CheckIn;
using Attendance.Web.Demo;
using Attendance.Web.Faces;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Demo;

/// <summary>Tests how Web makes and removes the demo. There is no camera API, so nobody checks in by face.</summary>
public sealed class DemoClassTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-demo-");
    private readonly string _film;
    private readonly (string, string?)[] _settings;
    private readonly AttendanceSite _site;

    public DemoClassTests()
    {
        _film = Path.Combine(_folder.FullName, "door.avi");
        _settings = [("Demo:Film", _film), ("Demo:Samples", Repository.PathOf("Attendance.Web/node_modules"))];
        _site = new(new Uri("http://127.0.0.1:1"), _settings);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await MadeAsync();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_class_of_people_who_are_told_apart_waits_in_a_session_that_is_open()
    {
        var contents = await ContentsAsync();

        Assert.InRange(contents.People, 8, DemoClass.Most);
        Assert.Equal((1, 0, true, true), (contents.Sessions, contents.CheckedIn, contents.HasGroup, contents.HasKiosk));
        Assert.True(new FileInfo(_film).Length > 100_000);
        Assert.All(await _site.DbAsync(db => db.People.Select(person => person.FullName).ToListAsync(Cancel)), name => Assert.EndsWith(" Example", name, StringComparison.Ordinal));
        var (apart, candidates) = (_site.Web.Services.GetRequiredService<IOptions<RecognitionOptions>>().Value.DoubtDistance, await CandidatesAsync());
        Assert.Equal(contents.People, candidates.Count);
        Assert.All(candidates, one => Assert.All(candidates, other => Assert.True(one == other || one.Template.DistanceTo(other.Template) > apart)));
        Assert.Equal(1, await _site.DbAsync(db => OpenSessions.At(db, DemoClass.Place, _site.Clock.UtcNow).CountAsync(Cancel)));
    }

    [Fact]
    public async Task A_session_follows_when_the_one_before_is_over()
    {
        _site.Clock.Ahead += TimeSpan.FromHours(2);

        await _site.WithAsync<DemoClass, bool>(async demo => { await demo.OpenSessionAsync(Cancel); await demo.OpenSessionAsync(Cancel); return true; });

        Assert.Equal(2, (await ContentsAsync()).Sessions);
    }

    [Fact]
    public async Task A_removed_demo_stays_removed_until_the_next_start()
    {
        await RemoveAsync();

        Assert.True((await ContentsAsync()).IsEmpty);
        Assert.False(File.Exists(_film));
        Assert.Equal((0, 0, 0), await _site.DbAsync(async db => (await db.Memberships.CountAsync(Cancel), await db.ShotTemplates.CountAsync(Cancel), await db.ShotPictures.CountAsync(Cancel))));
        await RemoveAsync(); // may be repeated
        Assert.Equal(["demo.made", "demo.removed"], await _site.DbAsync(
            db => db.AuditEntries.Where(entry => entry.Action.StartsWith("demo.")).OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync(Cancel)));
    }

    [Fact]
    public async Task A_removed_demo_does_not_come_back_when_only_Web_starts_again()
    {
        await RemoveAsync();

        await using var again = new AttendanceSite(new Uri("http://127.0.0.1:1"), _settings);
        await KeepAsync(again);
        Assert.True((await ContentsAsync(again)).IsEmpty);
        Assert.False(File.Exists(_film));

        File.Delete(_film + ".removed"); // as the AppHost does when it starts
        await KeepAsync(again);
        Assert.True((await ContentsAsync(again)).HasDoor);

        static Task KeepAsync(AttendanceSite site) => site.Web.Services.GetRequiredService<DemoUpkeep>().KeepAsync(Cancel);
    }

    [Fact]
    public async Task A_demo_session_with_a_real_check_in_stays_when_the_demo_is_removed()
    {
        var group = await _site.DbAsync(db => db.Groups.Select(each => each.Id).SingleAsync(Cancel));
        var person = await _site.PersonAsync("Grace Hopper", "G-1");
        await _site.WithAsync<GroupStore, bool>(groups => groups.AddMemberAsync(group, person, AttendanceSite.Account, Cancel));
        Assert.IsType<CheckInOutcome.Recorded>(await _site.CheckInAsync(person, DemoClass.Place));

        await RemoveAsync();

        var contents = await ContentsAsync();
        Assert.Equal((0, 1, true, false, false), (contents.People, contents.Sessions, contents.HasGroup, contents.HasDoor, contents.HasKiosk));
        Assert.Equal(person, await _site.DbAsync(db => db.CheckIns.Select(each => each.PersonId).SingleAsync(Cancel)));
        await _site.WithAsync<DemoClass, bool>(async demo => { await demo.MakeAsync([], Cancel); return true; }); // and it can be made again beside it
    }

    private Task<DemoContents> ContentsAsync(AttendanceSite? site = null) => (site ?? _site).WithAsync<DemoClass, DemoContents>(demo => demo.ReadAsync(Cancel));

    private async Task<IReadOnlyList<Attendance.Web.Faces.Matching.FaceCandidate>> CandidatesAsync()
    {
        var people = await _site.DbAsync(db => db.People.Select(person => person.Id).ToListAsync(Cancel));
        return await _site.WithAsync<Attendance.Web.Faces.Templates.TemplateStore, IReadOnlyList<Attendance.Web.Faces.Matching.FaceCandidate>>(
            templates => templates.CandidatesAsync(people, Cancel));
    }

    private Task RemoveAsync() => _site.Web.Services.GetRequiredService<DemoUpkeep>().RemoveAsync(AttendanceSite.Account, Cancel);

    private Task<TimeSpan> MadeAsync() => Eventually.TrueAsync(async () => (await ContentsAsync()).HasDoor, TimeSpan.FromMinutes(1), "the demo is made");
}
