using System.Data.Common;
using System.Text;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Attendance.Web.Kiosks;
using Attendance.Web.People;
using Attendance.Web.Privacy;
using Attendance.Web.Retention;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Retention;

/// <summary>Tests what goes by its age, on every database that Web may have.</summary>
public abstract class RetentionSuite : IAsyncLifetime
{
    private AttendanceSite _site = null!;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected AttendanceSite Site => _site;

    public async ValueTask InitializeAsync()
    {
        _site = new AttendanceSite(new Uri("http://127.0.0.1:1"),
        [
            .. await SettingsAsync(), ("Retention:Pictures", "100.00:00:00"), ("Retention:People", "300.00:00:00"), ("Retention:CheckIns", "200.00:00:00"), ("Retention:Batch", "2"),
            ("Retention:Pause", "00:00:00"), ("People:Consent:RequiresRenewal", "true"), ("Recognition:CachedPeople", "0"),
        ]);
        _site.Web.StartServer();
        await Eventually.TrueAsync(() => _site.DbAsync(db => db.RetentionClocks.AnyAsync(Cancel)), "the first run is planned"); // a day after the first start
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_is_too_old_goes_and_what_is_not_or_is_held_stays()
    {
        var (old, held) = (await PersonAsync("Old", "O-1", Pose.Front, Pose.Left), await PersonAsync("Held", "H-1", Pose.Front));
        var (alone, shared) = (await SessionAsync(old), await SessionAsync(old, held));
        await _site.DbAsync(async db =>
        {
            db.FaceDoubts.Add(new FaceDoubt { At = _site.Clock.UtcNow, Until = _site.Clock.UtcNow.AddHours(1), KioskId = "kiosk-1", Place = "Door", PersonId = old });
            db.PhonePairings.Add(new PhonePairing
            {
                AccountId = "a", AccountStamp = "s", SignInId = "i", CameraId = "c", MadeAt = _site.Clock.UtcNow, CodeUntil = _site.Clock.UtcNow, EndedAt = _site.Clock.UtcNow, IsFreed = true,
            });
            return await db.SaveChangesAsync(Cancel);
        });
        await WithHoldsAsync(holds => holds.SetAsync(held, "A dispute", AttendanceSite.Account, Cancel));

        _site.Clock.Ahead = TimeSpan.FromDays(150);
        var fresh = await PersonAsync("Fresh", "F-1", Pose.Front);
        var seen = await PersonAsync("Seen", "S-1");
        await RunAsync();

        Assert.Equal(new[] { held, fresh }.Order(), (await _site.DbAsync(db => db.Shots.Select(shot => shot.PersonId).ToListAsync(Cancel))).Order());
        Assert.Equal(2, await _site.DbAsync(db => db.ShotTemplates.CountAsync(Cancel)));
        Assert.Equal(4, await _site.DbAsync(db => db.People.CountAsync(Cancel)));
        Assert.Equal(3, await _site.DbAsync(db => db.CheckIns.CountAsync(Cancel)));
        Assert.Equal((0, 0), (await _site.DbAsync(db => db.FaceDoubts.CountAsync(Cancel)), await _site.DbAsync(db => db.PhonePairings.CountAsync(Cancel))));
        var pictures = (await RunsAsync()).Single(run => run.Purpose == "pictures");
        Assert.Equal((2, 1), (pictures.Deleted, pictures.Held));

        _site.Clock.Ahead = TimeSpan.FromDays(240);
        await RunAsync();
        Assert.Equal([shared], await _site.DbAsync(db => db.Sessions.Select(session => session.Id).ToListAsync(Cancel))); // with all of its check-ins, or somebody would be absent in it
        Assert.Equal(2, await _site.DbAsync(db => db.CheckIns.CountAsync(Cancel)));
        Assert.Null(await _site.WithAsync<Attendance.Web.CheckIn.AttendanceSheets, Attendance.Web.CheckIn.Sheet?>(sheets => sheets.ReadAsync(alone, Cancel)));
        Assert.Equal(Mark.Present, await _site.MarkAsync(shared, old));

        _site.Clock.Ahead = TimeSpan.FromDays(320);
        await RunAsync();
        Assert.Equal(new[] { held, fresh, seen }.Order(), (await _site.DbAsync(db => db.People.Select(person => person.Id).ToListAsync(Cancel))).Order());

        _site.Clock.Ahead = TimeSpan.FromDays(1200); // the audit, but not what is held
        await RunAsync();
        var left = await _site.DbAsync(db => db.AuditEntries.ToListAsync(Cancel));
        Assert.Contains(left, entry => entry.Action == "hold.set" && entry.PersonId == held);
        Assert.DoesNotContain(left, entry => entry.Action == "group.added");
        Assert.Equal([held], await _site.DbAsync(db => db.People.Select(person => person.Id).ToListAsync(Cancel)));

        async Task<Guid> SessionAsync(params Guid[] people)
        {
            var id = await _site.SessionAsync(await _site.GroupAsync($"Group {Guid.NewGuid():N}", people), TimeSpan.Zero, $"Place {people.Length}");
            foreach (var person in people)
            {
                Assert.IsType<Attendance.Web.CheckIn.CheckInOutcome.Recorded>(await _site.CheckInAsync(person, $"Place {people.Length}"));
            }

            return id;
        }
    }

    [Fact]
    public async Task A_run_that_is_killed_between_two_batches_is_ended_by_another_replica()
    {
        foreach (var i in Enumerable.Range(0, 5))
        {
            await PersonAsync($"Person {i}", $"P-{i}", Pose.Front);
        }

        _site.Clock.Ahead = TimeSpan.FromDays(120);
        using var kill = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var (first, second) = (Job(TimeSpan.FromMinutes(10)), Job(TimeSpan.Zero));
        var killed = first.LookAsync(kill.Token);
        await Eventually.TrueAsync(() => _site.DbAsync(async db => await db.Shots.CountAsync(Cancel) == 3), "the first batch is gone");
        await kill.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => killed);
        var clock = (await _site.DbAsync(db => db.RetentionClocks.AsNoTracking().SingleAsync(Cancel)))!;

        Assert.False(await second.LookAsync(Cancel)); // it may be alive
        _site.Clock.Ahead += TimeSpan.FromMinutes(6);
        await Eventually.TrueAsync(async () => await second.LookAsync(Cancel) || await IsIdleAsync(), "another one has ended it");

        Assert.Equal(0, await _site.DbAsync(db => db.Shots.CountAsync(Cancel)));
        var pictures = (await RunsAsync()).Single(run => run.Purpose == "pictures");
        Assert.Equal((clock.RunId, 5), (pictures.RunId, pictures.Deleted));
        Assert.NotNull(pictures.EndedAt);

        // The killed one, if it was only slow, deletes nothing more.
        var late = new OwnedRun(clock.RunId!.Value, clock.Owner!.Value, clock.StartedAt!.Value, null);
        Assert.Null(await _site.WithAsync<RetentionRuns, (int, bool)?>(runs => runs.DeleteSomeAsync(late, Rule(RetentionPurpose.Pictures), Cancel)));
    }

    [Fact]
    public async Task Of_several_replicas_one_runs_and_says_once_what_it_did()
    {
        await PersonAsync("Ada", "A-1", Pose.Front);
        _site.Clock.Ahead = TimeSpan.FromDays(120);
        var ended = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Job(TimeSpan.Zero).LookAsync(Cancel)));

        Assert.True(ended.Count(each => each) <= 1);
        await Eventually.TrueAsync(IsIdleAsync, "the run has ended");
        Assert.Single((await RunsAsync()).Select(run => run.RunId).Distinct());
        Assert.Equal("pictures 1", await _site.DbAsync(db => db.AuditEntries.Where(entry => entry.Action == "retention.ran").Select(entry => entry.Detail).SingleAsync(Cancel)));
        Assert.False(await Job(TimeSpan.Zero).LookAsync(Cancel)); // the next one is due tomorrow
    }

    [Fact]
    public async Task Nothing_but_retention_and_the_deletion_of_a_person_deletes_a_record()
    {
        var (ada, bob) = (await _site.PersonAsync("Ada", "A-1"), await _site.PersonAsync("Bob", "B-1"));
        await _site.SessionAsync(await _site.GroupAsync("Class", ada, bob), TimeSpan.Zero);
        await _site.CheckInAsync(ada);
        await _site.CheckInAsync(bob);

        foreach (var table in (string[])["check_ins", "check_in_sessions", "audit_entries"])
        {
#pragma warning disable EF1002 // the names are those above
            await Assert.ThrowsAnyAsync<DbException>(() => _site.DbAsync(db => db.Database.ExecuteSqlRawAsync($"DELETE FROM {table}", Cancel)));
            await Assert.ThrowsAnyAsync<DbException>(() => _site.DbAsync(async db =>
            {
                await using var change = await db.Database.BeginTransactionAsync(Cancel);
                db.RetentionPermits.Add(new RetentionPermit { Purpose = table == "audit_entries" ? RecordGuard.Audit : RecordGuard.CheckIns, Before = _site.Clock.UtcNow.AddDays(-1) });
                await db.SaveChangesAsync(Cancel);
                return await db.Database.ExecuteSqlRawAsync($"DELETE FROM {table}", Cancel); // of today
            }));
#pragma warning restore EF1002
        }

        await _site.WithAsync<PeopleStore, bool>(people => people.DeleteAsync(ada, AttendanceSite.Account, Cancel));

        Assert.Equal([bob], await _site.DbAsync(db => db.CheckIns.Select(each => each.PersonId).ToListAsync(Cancel)));
        Assert.Equal(1, await _site.DbAsync(db => db.CheckInSessions.CountAsync(Cancel)));
        Assert.Equal(0, await _site.DbAsync(db => db.RetentionPermits.CountAsync(Cancel)));
    }

    [Fact]
    public async Task Who_does_not_renew_is_recognized_for_a_while_and_then_their_pictures_go()
    {
        var (old, current) = (await PersonAsync("Old", "O-1", Pose.Front), await PersonAsync("Current", "C-1", Pose.Front));
        await _site.DbAsync(async db =>
        {
            db.ConsentTexts.Add(new ConsentText { Version = "2020-01", Text = "An earlier text" });
            await db.SaveChangesAsync(Cancel);
            var person = await db.People.SingleAsync(each => each.Id == old, Cancel);
            person.Consent = new Consent(_site.Clock.UtcNow.AddYears(-1), "2020-01", "test");
            return await db.SaveChangesAsync(Cancel);
        });
        var group = await _site.GroupAsync("Class", old, current);

        Assert.Equal([old], await ToRenewAsync());
        Assert.Equal(2, await FacesAsync(group));
        _site.Clock.Ahead = TimeSpan.FromDays(91); // People:Consent:RenewWithin is 90 days
        await SeeAsync(old, current);
        Assert.Equal(1, await FacesAsync(group));
        Assert.Equal(1, await FacesAsync(group, "O-1", "C-1")); // nor by number
        await RunAsync();
        Assert.Equal(2, await _site.DbAsync(db => db.Shots.CountAsync(Cancel)));
        Assert.False(await TryPictureAsync(old));

        _site.Clock.Ahead = TimeSpan.FromDays(121); // and Retention:UnrenewedConsent is 30
        await SeeAsync(old, current);
        await RunAsync();
        Assert.Equal([current], await _site.DbAsync(db => db.Shots.Select(shot => shot.PersonId).ToListAsync(Cancel)));
        Assert.Equal(1, (await RunsAsync()).Single(run => run.Purpose == "unrenewed_consent" && run.Deleted > 0).Deleted);

        await _site.WithAsync<PeopleStore, SaveOutcome>(async people => await people.ConsentAsync((await people.FindAsync(old, Cancel))!, "2026-12", null, "test", Cancel));
        Assert.Empty(await ToRenewAsync());
        Assert.True(await TryPictureAsync(old));
    }

    [Fact]
    public async Task A_guardian_consents_until_the_person_comes_of_age_and_is_asked_themselves()
    {
        var ada = await PersonAsync("Ada", "A-1", Pose.Front);
        var group = await _site.GroupAsync("Class", ada);
        var day = DateOnly.FromDateTime(_site.Clock.UtcNow).AddDays(40);
        await PeopleAsync(async (people, person) => Assert.Equal(SaveOutcome.Saved, await people.NeedGuardianAsync(person, day, "test", Cancel)));
        Assert.Equal([ada], await ToRenewAsync()); // a minor's own consent is not enough
        Assert.Equal(0, await FacesAsync(group));

        await PeopleAsync(async (people, person) => Assert.Equal(SaveOutcome.Saved, await people.ConsentAsync(person, "2026-12", "  Annabella   Milbanke ", "test", Cancel)));
        Assert.Empty(await ToRenewAsync());
        Assert.Equal(1, await FacesAsync(group));
        await PeopleAsync((_, person) =>
        {
            Assert.Equal(ConsentGiver.Guardian, person.Consent!.Giver);
            Assert.Equal("Annabella Milbanke", _site.Web.Services.GetRequiredService<GuardianSeal>().Open(person));
            Assert.Equal(-1, person.Consent.GuardianName.AsSpan().IndexOf(Encoding.UTF8.GetBytes("Milbanke")));
            return Task.CompletedTask;
        });

        _site.Clock.Ahead = TimeSpan.FromDays(41);
        Assert.Equal([ada], await ToRenewAsync());
        Assert.Equal(1, await FacesAsync(group)); // People:Consent:OfAgeGrace is 30 days
        _site.Clock.Ahead = TimeSpan.FromDays(71);
        Assert.Equal(0, await FacesAsync(group));
        await PeopleAsync(async (people, person) => Assert.Equal(SaveOutcome.Saved, await people.ConsentAsync(person, "2026-12", null, "test", Cancel)));
        Assert.Empty(await ToRenewAsync());
        Assert.Equal(1, await FacesAsync(group));
        await PeopleAsync((_, person) =>
        {
            Assert.Null(person.Consent!.GuardianName);
            return Task.CompletedTask;
        });

        Task PeopleAsync(Func<PeopleStore, Person, Task> use) => _site.WithAsync<PeopleStore, bool>(async people =>
        {
            await use(people, (await people.FindAsync(ada, Cancel))!);
            return true;
        });
    }

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    /// <summary>Adds a person who has consented, with made-up pictures and real templates.</summary>
    private protected async Task<Guid> PersonAsync(string name, string number, params Pose[] poses)
    {
        var id = await _site.PersonAsync(name, number);
        await _site.DbAsync(async db =>
        {
            var person = await db.People.SingleAsync(each => each.Id == id, Cancel);
            person.Consent = new Consent(_site.Clock.UtcNow, "2026-12", "test") { Giver = ConsentGiver.Person };
            return await db.SaveChangesAsync(Cancel);
        });
        foreach (var pose in poses)
        {
            Assert.True(await TryPictureAsync(id, pose));
        }

        return id;
    }

    private Task<bool> TryPictureAsync(Guid person, Pose pose = Pose.Front) => _site.WithAsync<ShotStore, bool>(shots => shots.TryReplaceAsync(
        new Shot { PersonId = person, Pose = pose, TakenAt = _site.Clock.UtcNow, TakenBy = "test", CameraId = "demo", LeaseRef = "ref", Width = 10, Height = 10 },
        Encoding.UTF8.GetBytes($"a picture of {person}"), TestEmbeddings.Random(), Cancel));

    /// <summary>Runs what is due now, here or in the background.</summary>
    [Fact]
    public async Task Counts_of_wrong_passwords_go_when_nobody_has_tried_for_long_and_nobody_is_locked_out()
    {
        await _site.DbAsync(async db =>
        {
            var now = _site.Clock.UtcNow;
            db.SignInCounts.AddRange(
                new SignInCount { Key = "old", Attempts = 2, TriedAt = now.AddDays(-31) },
                new SignInCount { Key = "of an earlier version", Attempts = 2 },
                new SignInCount { Key = "locked", LockedUntil = now.AddHours(1), TriedAt = now.AddDays(-31) },
                new SignInCount { Key = "new", Attempts = 2, TriedAt = now.AddDays(-29) });
            return await db.SaveChangesAsync(Cancel);
        });

        await RunAsync();

        Assert.Equal(["locked", "new"], (await _site.DbAsync(db => db.SignInCounts.Select(count => count.Key).ToListAsync(Cancel))).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await RunsAsync()).First(run => run.Purpose == "sign_ins").Deleted);
    }

    private protected async Task RunAsync()
    {
        await _site.WithAsync<RetentionRuns, bool>(runs => runs.AskAsync(AttendanceSite.Account, Cancel));
        await Eventually.TrueAsync(async () => await Job(TimeSpan.Zero).LookAsync(Cancel) || await IsIdleAsync(), "the run has ended");
    }

    private Task<bool> IsIdleAsync()
    {
        var now = _site.Clock.UtcNow;
        return _site.DbAsync(db => db.RetentionClocks.AnyAsync(clock => clock.RunId == null && clock.DueAt > now, Cancel));
    }

    private RetentionJob Job(TimeSpan pause) => new(
        _site.Web.Services.GetRequiredService<IServiceScopeFactory>(), _site.Web.Services.GetRequiredService<RetentionSchedule>(), _site.Web.Services.GetRequiredService<RetentionMetrics>(),
        Options.Create(new RetentionOptions { Pause = pause }), _site.Clock, NullLogger<RetentionJob>.Instance);

    private RetentionRule Rule(RetentionPurpose purpose) => _site.Web.Services.GetRequiredService<RetentionSchedule>().Rules.Single(rule => rule.Purpose == purpose);

    private Task<List<RetentionRun>> RunsAsync() => _site.WithAsync<RetentionRuns, List<RetentionRun>>(runs => runs.ListAsync(Cancel));

    private Task<bool> WithHoldsAsync(Func<PersonHolds, Task> use) => _site.WithAsync<PersonHolds, bool>(async holds =>
    {
        await use(holds);
        return true;
    });

    private Task<List<Guid>> ToRenewAsync() => _site.WithAsync<ConsentRules, List<Guid>>(rules => rules.ToRenew().Select(person => person.Id).ToListAsync(Cancel));

    private Task<int> SeeAsync(params Guid[] people)
    {
        DateTime? now = _site.Clock.UtcNow;
        return _site.DbAsync(db => db.People.Where(person => people.Contains(person.Id)).ExecuteUpdateAsync(person => person.SetProperty(each => each.LastSeenAt, now), Cancel));
    }

    /// <summary>Counts the faces that a kiosk and a door would recognize in a session of the group that is open now.</summary>
    private async Task<int> FacesAsync(Guid group, params string[] numbers)
    {
        var place = $"Place {Guid.NewGuid():N}";
        await _site.SessionAsync(group, TimeSpan.Zero, place);
        return await _site.WithAsync<KioskCandidates, int>(async candidates =>
        {
            var found = 0;
            foreach (var number in numbers)
            {
                found += (await candidates.ByNumberAsync(place, number, Cancel)).Count;
            }

            return numbers.Length > 0 ? found : (await candidates.AtAsync(place, Cancel)).Candidates!.Count;
        });
    }
}
