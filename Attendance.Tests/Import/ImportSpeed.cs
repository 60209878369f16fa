using System.Globalization;
using System.Text;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Import;

/// <summary>How long imports take on this machine, for docs/performance.md: <c>./test.sh --import</c>.</summary>
public sealed class ImportSpeed(ImportOnSqlite sqlite, ImportOnPostgres postgres) : IClassFixture<ImportOnSqlite>, IClassFixture<ImportOnPostgres>
{
    private const int People = 10_000, Photographed = 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Ten_thousand_people_are_imported_within_a_minute_on_each_database()
    {
        await MeasureAsync("SQLite", sqlite);
        if (postgres.Missing is null)
        {
            await MeasureAsync("PostgreSQL", postgres);
        }
    }

    [Fact(Explicit = true)]
    public async Task Pictures_are_imported_at_a_rate_that_is_told()
    {
        await sqlite.ConfirmAsync(await sqlite.CheckAsync(Encoding.UTF8.GetBytes($"Number,Name\n{string.Concat(Enumerable.Range(0, Photographed).Select(each => $"F{each:00},Face {each}\n"))}")));
        var names = Enumerable.Range(0, Photographed).SelectMany(each => new[] { Pose.Front, Pose.Left, Pose.Right }, (each, pose) => ($"F{each:00}-{pose}.jpg", TestFaces.Jpeg(pose))).ToList();
        var zip = PictureImportTests.Zip(names);
        var begun = TimeProvider.System.GetTimestamp();
        var (location, text) = await sqlite.UploadAsync("/import/pictures", "zip", [("pictures.zip", zip)], ("Evidence", "A test"));
        Assert.True(location is not null, text);
        var id = Guid.Parse(location.Split('/')[2]);
        await UntilAsync(sqlite, id, "waiting");
        var dry = TimeProvider.System.GetElapsedTime(begun);
        await sqlite.ConfirmAsync(id);
        var all = TimeProvider.System.GetElapsedTime(begun);
        Assert.Equal((names.Count, 0, 0, 0, 0), await sqlite.CountsAsync(id));
        Say($"{names.Count} pictures: dry run {dry.TotalSeconds:0.0} s, applied {(all - dry).TotalSeconds:0.0} s, {all.TotalSeconds / names.Count:0.000} s a picture");
    }

    private static async Task MeasureAsync(string database, ImportSite site)
    {
        var rows = Enumerable.Range(0, People).Select(each => $"N{each:00000};Vorname{each} Nachname-Größe{each % 977};Klasse {each % 400}|Kurs {each % 37}\n");
        var file = Encoding.UTF8.GetBytes($"Nummer;Name;Gruppen\n{string.Concat(rows)}");
        foreach (var what in new[] { "new", "the same again" })
        {
            var begun = TimeProvider.System.GetTimestamp();
            var id = await site.CheckAsync(file);
            var dry = TimeProvider.System.GetElapsedTime(begun);
            await site.ConfirmAsync(id);
            var all = TimeProvider.System.GetElapsedTime(begun);
            Say($"{database}, {People} people, {what}: dry run {dry.TotalSeconds:0.0} s, applied {(all - dry).TotalSeconds:0.0} s");
            Assert.True(all < TimeSpan.FromMinutes(1), $"It took {all.TotalSeconds:0} s.");
        }

        Assert.Equal((People, 2 * People), await site.DbAsync(async db => (await db.People.CountAsync(person => EF.Functions.Like(person.NumberKey, "N%"), Cancel), await db.Memberships.CountAsync(Cancel))));
    }

    private static Task<TimeSpan> UntilAsync(ImportSite site, Guid id, string state) =>
        Eventually.TrueAsync(async () => await site.StateAsync(id) == state, TimeSpan.FromMinutes(10), $"the import is {state}");

    private static void Say(FormattableString text) => TestContext.Current.TestOutputHelper?.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
