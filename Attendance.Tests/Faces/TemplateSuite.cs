using System.Net;
using System.Security.Cryptography;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Recognition;
using Attendance.Web.Faces.Templates;
using Attendance.Web.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.Faces;

/// <summary>Tests how templates of faces are stored, on every database that Web may have.</summary>
public abstract class TemplateSuite : IAsyncLifetime
{
    private WebServer _web = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _web = new WebServer(new Uri("http://127.0.0.1:1"), await SettingsAsync());
        _client = _web.Client(await _web.SignInAsync(AccountRole.Admin));
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Candidates_have_the_mean_of_their_pictures()
    {
        var face = TestEmbeddings.Random(1);
        var ann = await AddAsync("Ann", face, Pose.Front, Pose.Left);
        var bob = await AddAsync("Bob", TestEmbeddings.Random(2), Pose.Front);
        var without = await AddAsync("Without pictures", face);

        var candidates = await ReadAsync(store => store.CandidatesAsync([ann, without, Guid.NewGuid(), bob], Cancel));

        Assert.Equal(new[] { ann, bob }.Order(), candidates.Select(candidate => candidate.PersonId).Order());
        Assert.Equal(0, candidates.Single(candidate => candidate.PersonId == ann).Template.DistanceTo(face), 0.0001);
    }

    [Fact]
    public async Task More_candidates_than_may_be_are_refused()
    {
        var ids = Enumerable.Range(0, new RecognitionOptions().MaxCandidates + 1).Select(_ => Guid.NewGuid()).ToArray();

        await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(store => store.CandidatesAsync(ids, Cancel)));
    }

    [Theory]
    [InlineData("the picture is deleted")]
    [InlineData("the consent is withdrawn")]
    [InlineData("the person is deleted")]
    [InlineData("another replica deletes the picture")]
    public async Task A_template_that_was_used_is_gone_at_once_when(string what)
    {
        var ann = await AddAsync("Ann", TestEmbeddings.Random(1), Pose.Front);
        Assert.Single(await ReadAsync(store => store.CandidatesAsync([ann], Cancel)));

        await using (var scope = _web.Services.CreateAsyncScope())
        {
            var (people, shots) = (scope.ServiceProvider.GetRequiredService<PeopleStore>(), scope.ServiceProvider.GetRequiredService<ShotStore>());
            await (what switch
            {
                "the picture is deleted" => shots.DeleteAsync(ann, Pose.Front, "test", Cancel),
                "the consent is withdrawn" => people.WithdrawConsentAsync((await people.FindAsync(ann, Cancel))!, "test", Cancel),
                "the person is deleted" => people.DeleteAsync(ann, "test", Cancel),
                _ => scope.ServiceProvider.GetRequiredService<AttendanceDb>().Shots.ExecuteDeleteAsync(Cancel),
            });
        }

        Assert.Empty(await ReadAsync(store => store.CandidatesAsync([ann], Cancel)));
        Assert.Equal(0, await QueryAsync(db => db.ShotTemplates.CountAsync(Cancel)));
        Assert.Equal(0, _web.Services.GetRequiredService<TemplateCache>().Count);
    }

    [Fact]
    public async Task A_picture_that_is_taken_again_counts_with_its_new_template()
    {
        var (before, after) = (TestEmbeddings.Random(1), TestEmbeddings.Random(2));
        var ann = await AddAsync("Ann", before, Pose.Front);
        await ReadAsync(store => store.CandidatesAsync([ann], Cancel));

        await StoreAsync(ann, Pose.Front, after);

        var candidate = Assert.Single(await ReadAsync(store => store.CandidatesAsync([ann], Cancel)));
        Assert.Equal(0, candidate.Template.DistanceTo(after), 0.0001);
    }

    [Fact]
    public async Task A_template_is_encrypted_for_its_person_its_shot_and_its_model()
    {
        var face = TestEmbeddings.Random(1);
        var (ann, bob) = (await AddAsync("Ann", face, Pose.Front), await AddAsync("Bob", TestEmbeddings.Random(2), Pose.Front));
        var (hers, his) = (await TemplateOfAsync(ann), await TemplateOfAsync(bob));
        var seal = _web.Services.GetRequiredService<TemplateSeal>();

        Assert.Equal(-1, hers.Sealed.AsSpan().IndexOf(face.ToBytes().AsSpan(0, 16)));
        Assert.Equal(0, seal.Open(ann, hers).DistanceTo(face), 0.0001);
        Assert.Throws<CryptographicException>(() => seal.Open(bob, hers));
        Assert.Throws<CryptographicException>(() => seal.Open(ann, new() { ShotId = his.ShotId, Model = hers.Model, Version = hers.Version, Sealed = hers.Sealed }));
        Assert.Throws<CryptographicException>(() => seal.Open(ann, new() { ShotId = hers.ShotId, Model = "another", Version = hers.Version, Sealed = hers.Sealed }));
    }

    [Fact]
    public async Task A_template_that_was_put_in_the_place_of_another_is_told_and_used_for_nobody()
    {
        var (ann, bob) = (await AddAsync("Ann", TestEmbeddings.Random(1), Pose.Front), await AddAsync("Bob", TestEmbeddings.Random(2), Pose.Front));
        var (hers, his) = (await TemplateOfAsync(ann), await TemplateOfAsync(bob));
        await QueryAsync(db => db.ShotTemplates.Where(each => each.ShotId == his.ShotId).ExecuteUpdateAsync(each => each.SetProperty(row => row.Sealed, hers.Sealed), Cancel));

        var candidate = Assert.Single(await ReadAsync(store => store.CandidatesAsync([ann, bob], Cancel)));

        Assert.Equal(ann, candidate.PersonId);
        Assert.Contains(_web.Logs.GetSnapshot(), record => record.Message.StartsWith($"A template of person {bob} cannot be decrypted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pictures_of_an_earlier_version_are_computed_anew_and_administrators_see_how_far_that_is()
    {
        var (ann, bob) = (await AddAsync("Ann", TestEmbeddings.Random(1), Pose.Front, Pose.Left), await AddAsync("Bob", TestEmbeddings.Random(2), Pose.Front));
        await QueryAsync(db => db.ShotTemplates.Where(each => db.Shots.Any(shot => shot.Id == each.ShotId && shot.PersonId == ann))
            .ExecuteUpdateAsync(each => each.SetProperty(row => row.Version, 0), Cancel)); // templates of an earlier model
        await QueryAsync(db => db.ShotTemplates.Where(each => db.Shots.Any(shot => shot.Id == each.ShotId && shot.PersonId == bob)).ExecuteDeleteAsync(Cancel)); // pictures of a version without templates
        Assert.Empty(await ReadAsync(store => store.CandidatesAsync([ann, bob], Cancel)));
        await _web.Services.GetRequiredService<TemplateRenewal>().CountAsync(Cancel);
        Assert.Contains("Recognition data: 0 of 3 pictures", await GetAsync("/people"), StringComparison.Ordinal);
        using (var someoneElse = _web.Client(await _web.SignInAsync(AccountRole.Operator)))
        {
            Assert.DoesNotContain("Recognition data", await someoneElse.GetStringAsync(new Uri("/people", UriKind.Relative), Cancel), StringComparison.Ordinal);
        }

        _web.Logs.Clear();
        await _web.Services.GetRequiredService<TemplateRenewal>().RenewAsync(Cancel);
        await _web.Services.GetRequiredService<TemplateRenewal>().RenewAsync(Cancel);

        var candidates = await ReadAsync(store => store.CandidatesAsync([ann, bob], Cancel));
        Assert.Equal(2, candidates.Count);
        Assert.InRange(candidates[0].Template.DistanceTo(candidates[1].Template), 0, 0.4); // all test pictures show one face
        Assert.DoesNotContain("Recognition data", await GetAsync("/people"), StringComparison.Ordinal);
        Assert.Equal(
            ["Recognition data of stored pictures is being computed", "Recognition data of 3 stored pictures was computed; 0 could not be read"],
            _web.Logs.GetSnapshot().Where(record => record.Category == typeof(TemplateRenewal).FullName).Select(record => record.Message));
    }

    [Fact]
    public async Task A_picture_that_cannot_be_decrypted_does_not_keep_the_others_from_being_computed()
    {
        var ann = await AddAsync("Ann", TestEmbeddings.Random(1), Pose.Front, Pose.Left);
        await QueryAsync(db => db.ShotTemplates.ExecuteDeleteAsync(Cancel));
        var broken = await QueryAsync(db => db.Shots.Where(shot => shot.Pose == Pose.Front).Select(shot => shot.Id).SingleAsync(Cancel));
        await QueryAsync(db => db.ShotPictures.Where(picture => picture.ShotId == broken).ExecuteUpdateAsync(picture => picture.SetProperty(each => each.Sealed, [1, 2, 3]), Cancel));

        _web.Logs.Clear();
        await _web.Services.GetRequiredService<TemplateRenewal>().RenewAsync(Cancel);

        Assert.Single(await ReadAsync(store => store.CandidatesAsync([ann], Cancel)));
        Assert.Contains(_web.Logs.GetSnapshot(), record => record.Message == "Recognition data of 1 stored pictures was computed; 1 could not be read");
    }

    [Fact]
    public async Task A_template_of_a_picture_that_was_deleted_meanwhile_is_not_stored()
    {
        var ann = await AddAsync("Ann", TestEmbeddings.Random(1), Pose.Front);
        var shot = await QueryAsync(db => db.Shots.AsNoTracking().SingleAsync(Cancel));
        await QueryAsync(db => db.Shots.ExecuteDeleteAsync(Cancel));
        _web.Logs.Clear();

        await using var scope = _web.Services.CreateAsyncScope();

        Assert.False(await scope.ServiceProvider.GetRequiredService<ShotStore>().TryRenewTemplateAsync(shot, TestEmbeddings.Random(3), Cancel));
        Assert.Equal(0, await QueryAsync(db => db.ShotTemplates.CountAsync(Cancel)));
        Assert.DoesNotContain(_web.Logs.GetSnapshot(), record => record.Level >= LogLevel.Error);
        Assert.NotEqual(Guid.Empty, ann);
    }

    [Fact]
    public async Task Who_looks_like_somebody_else_is_asked_about_on_the_persons_page()
    {
        var face = TestEmbeddings.Random(1);
        var ann = await AddAsync("Ann", face, Pose.Front);
        var again = await AddAsync("Anna <again>", TestEmbeddings.At(0.55, face, 2), Pose.Front);
        await AddAsync("Bob", TestEmbeddings.At(0.6, face, 3), Pose.Front);

        var hers = await GetAsync($"/people/{ann}");
        var alone = await AddAsync("Cleo", TestEmbeddings.Random(4), Pose.Front);

        Assert.Contains("Same person twice?", hers, StringComparison.Ordinal);
        Assert.Contains($"href=\"/people/{again}\"", hers, StringComparison.Ordinal);
        Assert.Contains("Anna <again>", WebUtility.HtmlDecode(hers), StringComparison.Ordinal);
        Assert.DoesNotContain("Bob", hers, StringComparison.Ordinal);
        Assert.Contains($"href=\"/people/{ann}\"", await GetAsync($"/people/{again}"), StringComparison.Ordinal);
        Assert.DoesNotContain("Same person twice?", await GetAsync($"/people/{alone}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_nearest_three_are_named_first_and_nobody_without_pictures_is()
    {
        var face = TestEmbeddings.Random(1);
        var ann = await AddAsync("Ann", face, Pose.Front);
        foreach (var distance in (double[])[0.5, 0.3, 0.4, 0.2])
        {
            await AddAsync($"At {distance:0.0}", TestEmbeddings.At(distance, face, (int)(distance * 10)), Pose.Front);
        }

        var page = await GetAsync($"/people/{ann}");

        Assert.True(page.IndexOf("At 0.2", StringComparison.Ordinal) < page.IndexOf("At 0.3", StringComparison.Ordinal));
        Assert.True(page.IndexOf("At 0.3", StringComparison.Ordinal) < page.IndexOf("At 0.4", StringComparison.Ordinal));
        Assert.DoesNotContain("At 0.5", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Same person twice?", await GetAsync($"/people/{await AddAsync("No pictures yet", face)}"), StringComparison.Ordinal);
    }

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    private async Task<Guid> AddAsync(string name, FaceEmbedding face, params Pose[] poses)
    {
        await using var scope = _web.Services.CreateAsyncScope();
        return await TestPeople.AddAsync(scope.ServiceProvider, name, $"N-{Guid.NewGuid():N}"[..20], "", consent: true, poses, Cancel, face);
    }

    private async Task StoreAsync(Guid person, Pose pose, FaceEmbedding face)
    {
        await using var scope = _web.Services.CreateAsyncScope();
        Assert.True(await scope.ServiceProvider.GetRequiredService<ShotStore>().TryReplaceAsync(TestPeople.NewShot(person, pose), TestFaces.Jpeg(pose), face, Cancel));
    }

    private Task<ShotTemplate> TemplateOfAsync(Guid person) => QueryAsync(db =>
        db.ShotTemplates.AsNoTracking().SingleAsync(each => db.Shots.Any(shot => shot.Id == each.ShotId && shot.PersonId == person), Cancel));

    private async Task<T> ReadAsync<T>(Func<TemplateStore, Task<T>> read)
    {
        await using var scope = _web.Services.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<TemplateStore>());
    }

    private async Task<T> QueryAsync<T>(Func<AttendanceDb, Task<T>> query)
    {
        await using var scope = _web.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<AttendanceDb>());
    }

    private Task<string> GetAsync(string path) => _client.GetStringAsync(new Uri(path, UriKind.Relative), Cancel);
}

public sealed class TemplatesOnSqliteTests : TemplateSuite
{
    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);
}

public sealed class TemplatesOnPostgresTests(PostgresServer postgres) : TemplateSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}
