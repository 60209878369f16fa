using System.Text;
using Attendance.Tests.Enrollment;
using Attendance.Tests.Stores;
using Attendance.Web.Data;
using Attendance.Web.Privacy;
using Attendance.Web.Retention;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.Retention;

public sealed class RetentionOnSqliteTests : RetentionSuite
{
    [Fact]
    public async Task What_went_by_its_age_is_in_no_file_any_more()
    {
        const string name = "Charlotte Angas Scott of Girton", reason = "Quarrel about the tripos";
        var person = await PersonAsync(name, "SCOTT-1880", Pose.Front);
        await Site.WithAsync<PrivacyLinks, string?>(links => links.MakeAsync(person, "test", Cancel));
        await Site.WithAsync<DeletionRequests, AnswerOutcome>(async requests =>
        {
            await requests.AskAsync(person, Cancel);
            return await requests.RefuseAsync((await requests.ListAsync(Cancel)).Single().Id, reason, "test", Cancel);
        });
        var (picture, template) = (await Site.DbAsync(db => db.ShotPictures.Select(each => each.Sealed).SingleAsync(Cancel)), await Site.DbAsync(db => db.ShotTemplates.Select(each => each.Sealed).SingleAsync(Cancel)));
        var hash = await Site.DbAsync(db => db.PrivacyLinks.Select(link => link.CodeHash).SingleAsync(Cancel));
        byte[][] pictures = [picture[^32..], template[^32..]];
        byte[][] texts = [.. new[] { name, reason, hash, "SCOTT-1880" }.Select(Encoding.UTF8.GetBytes)];
        Assert.All([.. pictures, .. texts], trace => Assert.True(IsInAFile(trace), "What is looked for must be there before."));

        Site.Clock.Ahead = TimeSpan.FromDays(120);
        await RunAsync();
        Assert.All([.. pictures, texts[2]], trace => Assert.False(IsInAFile(trace), "A picture, a template or a link is still there."));
        Assert.True(IsInAFile(texts[0]));

        Site.Clock.Ahead = TimeSpan.FromDays(320);
        await RunAsync();
        Assert.All(texts, trace => Assert.False(IsInAFile(trace), $"{Encoding.UTF8.GetString(trace)} is still there."));
    }

    [Fact]
    public async Task A_run_that_fails_is_told_once_and_made_again()
    {
        var job = Site.Web.Services.GetRequiredService<RetentionJob>();
        await Site.DbAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE face_doubts RENAME TO lost", Cancel));
        await Site.WithAsync<RetentionRuns, bool>(runs => runs.AskAsync("test", Cancel));
        job.Wake();
        await Eventually.TrueAsync(() => Failures() == 1, "the failure is told");
        job.Wake();
        await Eventually.TrueAsync(() => Site.DbAsync(db => db.RetentionClocks.AnyAsync(clock => clock.RunId != null && clock.OwnedUntil == null, Cancel)), "it has let go of the run");
        Assert.Equal(1, Failures());

        await Site.DbAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE lost RENAME TO face_doubts", Cancel));
        job.Wake();
        await Eventually.TrueAsync(() => Site.DbAsync(db => db.RetentionClocks.AnyAsync(clock => clock.RunId == null, Cancel)), "the run has ended");
        await Eventually.TrueAsync(() => Site.Web.Logs.GetSnapshot().Any(record => record.Message.StartsWith("Retention run", StringComparison.Ordinal)), "it says what it did");

        int Failures() => Site.Web.Logs.GetSnapshot().Count(record => record.Level == LogLevel.Error && record.Message.StartsWith("What is too old cannot be deleted", StringComparison.Ordinal));
    }

    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);

    private bool IsInAFile(byte[] trace) => Traces.AreIn(Site.Web.DataFolder, trace);
}

public sealed class RetentionOnPostgresTests(PostgresServer postgres) : RetentionSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}
