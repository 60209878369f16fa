using System.Net;
using System.Text;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Attendance.Web.Import;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Import;

/// <summary>Tests imports of people with files as they come from the field, on every database that Web may have. Each test has numbers and groups of its own.</summary>
public abstract class RosterSuite
{
    private readonly ImportSite _site;

    private protected RosterSuite(ImportSite site)
    {
        Assert.SkipWhen(site.Missing is not null, site.Missing ?? "");
        _site = site;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_German_spreadsheet_becomes_people_and_groups_and_the_same_file_again_changes_nothing()
    {
        var windows = CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(
            "Personal-Nr.;Vorname;Nachname;Klassen;Telefon\r\n"
            + "G0012;Jörg;Müller-Lüdenscheidt;G 7a|Chor Größe;01\r\n"
            + "G0013;Zoë;\"O’Connor;\r\nvan der Berg\";\"G 7a;G 8b\";\r\n" // a separator and a line break inside quotes, two groups
            + "\r\n"
            + "G0014;\"Max \"\"Mäxchen\"\"\";Groß;;\r\n"
            + "g0012;Doppelt;Vorhanden;;\r\n"
            + ";Ohne;Nummer;;\r\n"
            + "G0015;;;;\r\n"
            + "G0016;Zu;Viele;G 7a;1;2\r\n"
            + "G 17;Mit;Leerzeichen;;\r\n");

        var id = await _site.CheckAsync(windows);

        Assert.Equal(0, await PeopleAsync("G00")); // nothing has happened yet
        Assert.Equal((6, 0, 0, 0, 5), await _site.CountsAsync(id)); // three people and three groups
        var added = await _site.ListAsync(id, "New");
        Assert.Contains("2 Jörg Müller-Lüdenscheidt G0012 Member of: G 7a Member of: Chor Größe", added, StringComparison.Ordinal);
        Assert.Contains("3 Zoë O’Connor; van der Berg G0013 Member of: G 7a Member of: G 8b", added, StringComparison.Ordinal);
        Assert.Contains("5 Max \"Mäxchen\" Groß G0014", added, StringComparison.Ordinal);
        Assert.Contains("Chor Größe A new group", added, StringComparison.Ordinal);
        var refused = await _site.ListAsync(id, "Refused");
        Assert.Contains("6 Doppelt Vorhanden g0012 Row 2 has the same number.", refused, StringComparison.Ordinal);
        Assert.Contains("7 Ohne Nummer Enter the employee or student number.", refused, StringComparison.Ordinal);
        Assert.Contains("8 (no name) G0015 Nobody has this number, and the row has no name for a new person.", refused, StringComparison.Ordinal);
        Assert.Contains("9 Zu Viele G0016 The row has 6 fields, and the first one 5.", refused, StringComparison.Ordinal);
        Assert.Contains("10 Mit Leerzeichen G 17 The number may have 1 to 32 letters", refused, StringComparison.Ordinal);

        await _site.ConfirmAsync(id);

        Assert.Equal((6, 0, 0, 0, 5), await _site.CountsAsync(id));
        Assert.Equal(3, await PeopleAsync("G00"));
        Assert.Equal(["Chor Größe", "G 7a"], await GroupsOfAsync("G0012"));
        Assert.Equal(["G 7a", "G 8b"], await GroupsOfAsync("G0013"));
        var csv = await _site.GetAsync($"/import/{id}?handler=Refused");
        Assert.Contains("6,g0012,Doppelt Vorhanden,Row 2 has the same number.", csv, StringComparison.Ordinal);
        Assert.Equal((5, 0), await _site.DbAsync(async db => (
            await db.ImportItems.CountAsync(item => item.ImportId == id, Cancel), await db.ImportSources.CountAsync(source => source.ImportId == id, Cancel))));
        var again = await _site.CheckAsync(windows);
        Assert.Equal((0, 0, 3, 0, 5), await _site.CountsAsync(again));
    }

    [Theory]
    [InlineData("utf-8", ',', "\uFEFF")]
    [InlineData("utf-16", '\t', "\uFEFF")]
    [InlineData("utf-16BE", ';', "\uFEFF")]
    [InlineData("utf-8", ';', "")]
    public async Task Names_of_every_script_arrive_as_they_were_written(string encoding, char separator, string mark)
    {
        string[] names = ["José Nu\u0301n\u0303ez", "محمد عبد الله", "שָׁלוֹם כהן", "田中　太郎", "Владимир Ёлкин", "Nguyễn Thị Ánh", "d’Arcy O'Neil", "अमिता शर्मा", "𠮷野家", "=cmd|' /C calc'!A0 Smith"];
        var prefix = $"S{encoding.Length}{(int)separator}";
        var rows = names.Select((name, index) => $"{prefix}{index:00}{separator}\"{name}\"{separator}");
        var text = $"{mark}Employee number{separator}Full name{separator}Group\n{string.Join('\n', rows)}\n";

        var id = await _site.CheckAsync(Encoding.GetEncoding(encoding).GetBytes(text));
        await _site.ConfirmAsync(id);

        var stored = await _site.DbAsync(db => db.People.Where(person => person.NumberKey.StartsWith(prefix)).OrderBy(person => person.NumberKey).Select(person => person.FullName).ToListAsync(Cancel));
        Assert.Equal(names.Select(Writing.Tidy), stored);
    }

    [Fact]
    public async Task Numbers_are_told_apart_as_they_are_when_somebody_types_them()
    {
        await _site.ConfirmAsync(await _site.CheckAsync("Number,Name\nA170,Ada\n007N,James\n"u8.ToArray()));
        var file = "Number,Name\na１70,Ada\nА170,Cyrillic A\nAВ991,Mixed\n7N,Seven\nN\u200b1,Invisible\n\u202EN2,Turned\n"u8.ToArray();

        var careful = await _site.CheckAsync(file);
        var keeping = await _site.CheckAsync(file, ("KeepNumbers", "true"));

        Assert.Equal((1, 0, 1, 0, 4), await _site.CountsAsync(careful)); // 007N and 7N are two numbers; a１70 is A170
        Assert.Contains("looks like somebody else’s. Correct it", await _site.ListAsync(careful, "Refused"), StringComparison.Ordinal);
        Assert.Equal((3, 0, 1, 0, 2), await _site.CountsAsync(keeping));
        Assert.Contains("Cyrillic A А170 This number mixes letters", await _site.ListAsync(keeping, "New"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_missing_from_a_whole_roster_leaves_after_a_question()
    {
        await _site.ConfirmAsync(await _site.CheckAsync("Number,Name,Groups\nW1,Ada,W a|W b\nW2,Bob,W a\nW3,Cem,W a\nW4,Dua,W b\n"u8.ToArray()));
        var file = "Number,Name,Groups\nW1,Ada Lovelace,W a\nW3,\u202ECem,W a\nW5,Eve,W a\n"u8.ToArray();

        var id = await _site.CheckAsync(file, ("Whole", "NamedGroups"));

        Assert.Equal((1, 1, 0, 1, 1), await _site.CountsAsync(id)); // Cem's row has an error, so he is not missing
        Assert.Contains("Bob W2 Member of: W a", await _site.ListAsync(id, "Leaving"), StringComparison.Ordinal);
        Assert.Contains("Ada Lovelace W1 Full name: Ada Ada Lovelace", await _site.ListAsync(id, "Changed"), StringComparison.Ordinal);
        using (var unasked = await _site.PostAsync($"/import/{id}?handler=Confirm", new() { ["leaving"] = "1" }, $"/import/{id}"))
        {
            Assert.Contains("Nothing was applied: memberships would end.", await unasked.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        await _site.ConfirmAsync(id, leaving: 1);
        Assert.Empty(await GroupsOfAsync("W2"));
        Assert.Equal(["W a", "W b"], await GroupsOfAsync("W1"));
        Assert.Equal(["W a"], await GroupsOfAsync("W3"));
        Assert.Equal(4 + 1, await PeopleAsync("W"));
        Assert.Equal(1, await _site.DbAsync(db => db.Memberships.CountAsync(each => each.Until != null && db.People.Any(person => person.Id == each.PersonId && person.NumberKey == "W2"), Cancel)));

        var group = await _site.DbAsync(db => db.Groups.SingleAsync(each => each.Name == "W b", Cancel));
        var only = await _site.CheckAsync("Nr\nW2\n"u8.ToArray(), ("Whole", "OneGroup"), ("GroupId", $"{group.Id}"));
        Assert.Equal((0, 1, 0, 2, 0), await _site.CountsAsync(only)); // Bob joins, Ada and Dua leave
        await _site.ConfirmAsync(only, leaving: 2);
        Assert.Equal(["W b"], await GroupsOfAsync("W2"));
        Assert.Equal(["W a"], await GroupsOfAsync("W1"));
    }

    [Fact]
    public async Task What_has_changed_since_the_dry_run_is_judged_again()
    {
        await _site.ConfirmAsync(await _site.CheckAsync("Number,Name\nJ1,Ada\nJ2,Bob\n"u8.ToArray()));
        var id = await _site.CheckAsync("Number,Name,Groups\nJ1,Ada,J x\nJ2,Robert,\nJ3,Cem,J x\nJ4,Dua,\nJ5,Eve,J y\n"u8.ToArray());
        Assert.Equal((5, 2, 0, 0, 0), await _site.CountsAsync(id));
        Assert.True(await _site.DbAsync(async db =>
        {
            await db.People.Where(person => person.NumberKey == "J1").ExecuteDeleteAsync(Cancel); // and with her goes what the import has of her
            (await db.People.SingleAsync(person => person.NumberKey == "J2", Cancel)).Describe("Robert", "J2", null, DateTime.UtcNow);
            var latin = new Person { CreatedAt = DateTime.UtcNow };
            latin.Describe("Somebody else", "J4", null, DateTime.UtcNow);
            db.People.Add(latin);
            var group = new Group { CreatedAt = DateTime.UtcNow };
            group.Rename("J x");
            db.Groups.Add(group);
            return await db.SaveChangesAsync(Cancel) > 0;
        }));

        await _site.ConfirmAsync(id);

        Assert.Equal(0, await PeopleAsync("J1"));
        Assert.Equal("Dua", await _site.DbAsync(db => db.People.Where(person => person.NumberKey == "J4").Select(person => person.FullName).SingleAsync(Cancel)));
        Assert.Equal(["J x"], await GroupsOfAsync("J3"));
        Assert.Equal((3, 1, 2, 0, 0), await _site.CountsAsync(id)); // J3, J5 and J y are new, J4 is changed, J x and J2 are as wanted
    }

    [Fact]
    public async Task An_import_whose_process_was_killed_goes_on_and_doubles_nothing()
    {
        var id = await _site.CheckAsync(Encoding.UTF8.GetBytes($"Number,Name,Groups\n{string.Join('\n', Enumerable.Range(1, 20).Select(each => $"K{each:00},Person {each},K a|K b"))}\n"));
        (string, string?)[] settings =
        [
            .. await SameDatabaseAsync(), ("Import:RowsAtOnce", "5"), ("Import:LookEvery", "00:00:00.2"),
        ];
        Assert.Equal(1, await _site.DbAsync(db => db.ImportRuns.Where(run => run.Id == id).ExecuteUpdateAsync(run => run.SetProperty(each => each.State, ImportState.Applying)
            .SetProperty(each => each.New, 0).SetProperty(each => each.ClaimedBy, Guid.Empty).SetProperty(each => each.ClaimedUntil, DateTime.UtcNow.AddHours(1)), Cancel))); // so that Web of the class leaves it alone
        await using (var killed = new WebServer(new Uri("http://127.0.0.1:1"), settings) { Adjust = ImportSite.WithoutWorker })
        {
            killed.StartServer();
            await using var scope = killed.Services.CreateAsyncScope();
            var application = scope.ServiceProvider.GetRequiredService<ImportApplication>();
            var claim = new ImportClaim(id, ImportState.Applying, Guid.Empty);
            Assert.True(await application.ApplyNextAsync(claim, Cancel)); // the groups
            Assert.True(await application.ApplyNextAsync(claim, Cancel)); // five people; its claim is not given back
            var other = scope.ServiceProvider.GetRequiredService<ImportClaims>();
            Assert.Null(await other.TryTakeAsync(Guid.NewGuid(), Cancel));
            await Assert.ThrowsAsync<ImportStoppedException>(() => application.ApplyNextAsync(claim with { Claimant = Guid.NewGuid() }, Cancel));
        }

        Assert.Equal(5, await PeopleAsync("K"));
        Assert.Equal(15, await _site.DbAsync(db => db.ImportItems.CountAsync(item => item.ImportId == id, Cancel)));
        await _site.DbAsync(db => db.ImportRuns.Where(run => run.Id == id).ExecuteUpdateAsync(run => run.SetProperty(each => each.ClaimedUntil, DateTime.UtcNow), Cancel)); // the minute is over
        await using var next = new WebServer(new Uri("http://127.0.0.1:1"), settings);
        next.StartServer();
        await _site.UntilAsync(id, "done");

        Assert.Equal(20, await PeopleAsync("K"));
        Assert.Equal(40, await _site.DbAsync(db => db.Memberships.CountAsync(each => db.People.Any(person => person.Id == each.PersonId && EF.Functions.Like(person.NumberKey, "K%")), Cancel)));
        Assert.Equal((22, 0, 0, 0, 0), await _site.CountsAsync(id));
        Assert.Equal(1, await _site.DbAsync(db => db.AuditEntries.CountAsync(entry => entry.SubjectId == id && entry.Action == "import.done", Cancel)));
    }

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("1,Ada Lovelace,7a\n2,Grace Hopper,7b\n", "The first row does not name the columns")]
    [InlineData("Number,Name\n", "no rows after the first one")]
    [InlineData("Number,Name\n1,\"Ada\n2,Bob\n3,Cem\n", "Row 2: a quote (\") is not closed")]
    [InlineData("Number,Name\n1,A\0da\n", "This is no text file.")]
    public async Task A_file_that_is_no_table_of_people_is_refused_with_the_reason(string text, string reason)
    {
        var (location, page) = await _site.UploadAsync("/import/people", "file", [("people.csv", Encoding.UTF8.GetBytes(text))]);

        Assert.Null(location);
        Assert.Contains(reason, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_are_said_and_a_cancelled_or_forgotten_import_leaves_no_content()
    {
        var row = "L1,Ada\n";
        var (none, large) = await _site.UploadAsync("/import/people", "file", [("people.csv", Encoding.UTF8.GetBytes("Number,Name\n" + string.Concat(Enumerable.Repeat(row, 145_000))))]);
        Assert.True(none is null && large.Contains("larger than", StringComparison.Ordinal), large);
        (none, large) = await _site.UploadAsync("/import/people", "file", [("people.csv", new byte[3_000_000])]);
        Assert.True(none is null && large.Contains("That is too large", StringComparison.Ordinal), large);
        (none, large) = await _site.UploadAsync("/import/people", "file", [("people.csv", Encoding.UTF8.GetBytes("Number,Name\n" + string.Concat(Enumerable.Repeat(row, 100_001))))]);
        Assert.True(none is null && large.Contains("more than 100,000 rows", StringComparison.Ordinal), large);

        var cancelled = await _site.CheckAsync("Number,Name\nL1,Ada\n"u8.ToArray());
        using (await _site.PostAsync($"/import/{cancelled}?handler=Cancel", [], $"/import/{cancelled}"))
        {
        }

        var forgotten = await _site.CheckAsync("Number,Name\nL1,Ada\n"u8.ToArray());
        await _site.DbAsync(db => db.ImportRuns.Where(run => run.Id == forgotten).ExecuteUpdateAsync(run => run.SetProperty(each => each.CreatedAt, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc)), Cancel));
        await _site.UntilAsync(forgotten, "cancelled");
        Assert.Equal((0, 0), await _site.DbAsync(async db => (
            await db.ImportItems.CountAsync(item => item.ImportId == cancelled || item.ImportId == forgotten, Cancel),
            await db.ImportSources.CountAsync(source => source.ImportId == cancelled || source.ImportId == forgotten, Cancel))));
        Assert.Contains("Its content is deleted.", await _site.GetAsync($"/import/{cancelled}"), StringComparison.Ordinal);
        Assert.Equal(0, await PeopleAsync("L"));
    }

    private async Task<(string, string?)[]> SameDatabaseAsync() => await _site.DbAsync(db => Task.FromResult<(string, string?)[]>(
        db.Database.IsSqlite() ? [("Data:Folder", _site.Web.DataFolder)] : [("ConnectionStrings:attendance-db", _site.PostgresDatabase)]));

    private Task<int> PeopleAsync(string prefix) => _site.DbAsync(db => db.People.CountAsync(person => person.NumberKey.StartsWith(prefix), Cancel));

    private Task<List<string>> GroupsOfAsync(string number) => _site.DbAsync(db => (
        from membership in db.Memberships
        where membership.Until == null
        join person in db.People on membership.PersonId equals person.Id
        where person.NumberKey == number
        join one in db.Groups on membership.GroupId equals one.Id
        orderby one.Name
        select one.Name).ToListAsync(Cancel));
}

public sealed class RosterOnSqliteTests(ImportOnSqlite site) : RosterSuite(site), IClassFixture<ImportOnSqlite>
{
    [Fact]
    public async Task Only_administrators_import()
    {
        using var signedIn = site.Web.Client(await site.Web.SignInAsync());
        foreach (var path in new[] { "/import", "/import/people", $"/import/{Guid.NewGuid()}", $"/api/imports/{Guid.NewGuid()}" })
        {
            using var refused = await signedIn.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        Assert.Contains("href=\"/import\"", await site.GetAsync("/people"), StringComparison.Ordinal);
    }
}

public sealed class RosterOnPostgresTests(ImportOnPostgres site) : RosterSuite(site), IClassFixture<ImportOnPostgres>;
