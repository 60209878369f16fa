using System.IO.Compression;
using System.Net;
using System.Text;
using Attendance.Tests.Enrollment;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Attendance.Web.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.Import;

/// <summary>Tests imports of pictures with an archive as people make them, and as nobody should.</summary>
public sealed class PictureImportTests(ImportOnSqlite site) : IClassFixture<ImportOnSqlite>
{
    private const string Evidence = "Signed forms of September 2026, filed at the office";
    private static readonly byte[] s_marker = Encoding.ASCII.GetBytes("a picture of nobody who is known here");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pictures_of_people_who_agreed_are_imported_and_those_of_nobody_are_never_stored()
    {
        var (ada, bob, eve) = (await AddAsync("Ada", "P-1"), await AddAsync("Bob", "0012"), await AddAsync("Eve", "0013"));
        await SetConsentAsync(bob, withdraws: true);
        var front = TestFaces.Jpeg(Pose.Front);
        var zip = Encrypted("0012-right.jpg", Zip(
            ("P-1.jpg", front), ("class/P-1_2.png", As(".png", TestFaces.Jpeg(Pose.Left))), ("P-1/up.webp", As(".webp", TestFaces.Jpeg(Pose.Up))), // three poses of Ada
            ("p-1_3.jpg", As(".jpg", new byte[640 * 480 * 3])), // without a face
            ("P-1-right.jpg", TestFaces.Jpeg(Pose.Front, light: 0.9)), // not what its name says
            ("0012.jpg", front), ("0012-right.jpg", TestFaces.Jpeg(Pose.Right)), ("0013.jpg", HugePng()), ("0013_2.jpg", "no picture"u8.ToArray()),
            ("4711.jpg", [.. TestFaces.Jpeg(Pose.Front), .. s_marker]), ("__MACOSX/._P-1.jpg", "x"u8.ToArray()), ("../0013.jpg", front), ("0013_3.jpg", new byte[17 * 1024 * 1024])));

        var id = await CheckAsync(zip);

        var refused = await site.ListAsync(id, "Refused");
        Assert.Contains("p-1_3.jpg P-1 No face is found in the picture.", refused, StringComparison.Ordinal);
        Assert.Contains("P-1-right.jpg P-1 The head is not turned as it should be. It should be: turned right.", refused, StringComparison.Ordinal);
        Assert.Contains("0012.jpg 0012 This person has withdrawn their consent. They have agreed again", refused, StringComparison.Ordinal);
        Assert.Contains("0012-right.jpg The file is encrypted.", refused, StringComparison.Ordinal);
        Assert.Contains("0013.jpg 0013 The picture has more than 4096 pixels one way.", refused, StringComparison.Ordinal);
        Assert.Contains("0013_2.jpg 0013 This is no JPEG, PNG or WebP picture.", refused, StringComparison.Ordinal);
        Assert.Contains("0013_3.jpg 0013 The file is larger than 16 MB.", refused, StringComparison.Ordinal);
        Assert.Contains("4711.jpg Nobody has this number. The picture was not stored.", refused, StringComparison.Ordinal);
        Assert.Contains("__MACOSX/._P-1.jpg This is no picture: the operating system has added it.", refused, StringComparison.Ordinal);
        Assert.Contains("../0013.jpg The path leads out of the archive.", refused, StringComparison.Ordinal);
        Assert.Equal((3, 0, 0, 0, 10), await site.CountsAsync(id));
        Assert.Equal([ada, ada, ada, bob], await site.DbAsync(db => db.ImportItems.Where(item => item.ImportId == id && item.SealedPicture != null).OrderBy(item => item.Position)
            .Select(item => item.PersonId!.Value).ToListAsync(Cancel))); // no other picture is in the database
        Assert.False(Traces.AreIn(site.Web.DataFolder, s_marker));
        Assert.Null((await PersonAsync(ada)).Consent); // nothing has happened yet

        using (var answered = await site.PostAsync($"/import/{id}?handler=Answer", new() { ["position"] = $"{await PositionAsync(id, bob)}" }, $"/import/{id}?show=Refused"))
        {
            Assert.Equal(HttpStatusCode.Redirect, answered.StatusCode);
        }

        await site.ConfirmAsync(id);

        Assert.Equal((4, 0, 0, 0, 9), await site.CountsAsync(id)); // Bob was confirmed
        Assert.Equal([Pose.Front, Pose.Left, Pose.Up], await PosesAsync(ada));
        Assert.Equal([Pose.Front], await PosesAsync(bob));
        Assert.Empty(await PosesAsync(eve));
        Assert.Equal(4, await site.DbAsync(db => db.ShotTemplates.CountAsync(Cancel)));
        var consent = (await PersonAsync(ada)).Consent!;
        Assert.Equal((Evidence, site.Web.Services.GetRequiredService<ConsentTexts>().Version), (consent.Evidence, consent.Version));
        Assert.Null((await PersonAsync(bob)).ConsentWithdrawnAt);
        Assert.Null((await PersonAsync(eve)).Consent);
        Assert.Equal(0, await site.DbAsync(db => db.ImportItems.CountAsync(item => item.SealedPicture != null, Cancel)));
        Assert.Contains(Evidence, await site.GetAsync($"/people/{ada}"), StringComparison.Ordinal);

        var again = await CheckAsync(zip);
        Assert.Equal((0, 0, 4, 0, 9), await site.CountsAsync(again));
    }

    [Fact]
    public async Task Who_withdraws_the_consent_meanwhile_has_no_picture_anywhere()
    {
        var person = await AddAsync("Cem", "W-9");
        await SetConsentAsync(person, withdraws: false);
        var (location, text) = await site.UploadAsync("/import/pictures", "folder", [("Folder/W-9/front.jpg", TestFaces.Jpeg(Pose.Front)), ("Folder/W-9/left.jpg", TestFaces.Jpeg(Pose.Left))], ("Evidence", Evidence));
        Assert.True(location is not null, text);
        var id = Guid.Parse(location.Split('/')[2]);
        await site.UntilAsync(id, "waiting");
        Assert.Equal((2, 0, 0, 0, 0), await site.CountsAsync(id));

        await SetConsentAsync(person, withdraws: true);
        Assert.Equal(0, await site.DbAsync(db => db.ImportItems.CountAsync(item => item.PersonId == person, Cancel)));
        await site.ConfirmAsync(id);

        Assert.Empty(await PosesAsync(person));
        Assert.Null((await PersonAsync(person)).Consent);
    }

    [Fact]
    public async Task Pictures_need_evidence_and_an_archive()
    {
        var (none, text) = await site.UploadAsync("/import/pictures", "zip", [("a.zip", Zip(("1.jpg", [1])))]);
        Assert.True(none is null && text.Contains("Say how you know that these people have agreed.", StringComparison.Ordinal), text);
        (none, text) = await site.UploadAsync("/import/pictures", "zip", [("a.zip", "no archive"u8.ToArray())], ("Evidence", Evidence));
        Assert.True(none is null && text.Contains("This is no ZIP archive, or it is damaged.", StringComparison.Ordinal), text);
        (none, text) = await site.UploadAsync("/import/pictures", "zip", [("a.zip", Zip(("1.jpg", [1]))[..^30])], ("Evidence", Evidence));
        Assert.True(none is null && text.Contains("damaged", StringComparison.Ordinal), text);
        (none, text) = await site.UploadAsync("/import/pictures", "zip", [], ("Evidence", Evidence));
        Assert.True(none is null && text.Contains("Choose a ZIP archive or a folder.", StringComparison.Ordinal), text);
    }

    private async Task<Guid> CheckAsync(byte[] zip)
    {
        var (location, text) = await site.UploadAsync("/import/pictures", "zip", [("pictures.zip", zip)], ("Evidence", $"  {Evidence} "));
        Assert.True(location is not null, text);
        var id = Guid.Parse(location.Split('/')[2]);
        await site.UntilAsync(id, "waiting");
        return id;
    }

    private Task<Guid> AddAsync(string name, string number) => site.DbAsync(async db =>
    {
        var person = new Person { CreatedAt = DateTime.UtcNow };
        person.Describe(name, number, null, DateTime.UtcNow);
        db.People.Add(person);
        await db.SaveChangesAsync(Cancel);
        return person.Id;
    });

    private async Task SetConsentAsync(Guid id, bool withdraws)
    {
        await using var scope = site.Web.Services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<PeopleStore>();
        var person = (await people.FindAsync(id, Cancel))!;
        await people.ConsentAsync(person, scope.ServiceProvider.GetRequiredService<ConsentTexts>().Version, guardian: null, "test", Cancel);
        if (withdraws)
        {
            await people.WithdrawConsentAsync(person, "test", Cancel);
        }
    }

    private Task<Person> PersonAsync(Guid id) => site.DbAsync(db => db.People.AsNoTracking().SingleAsync(person => person.Id == id, Cancel));

    private async Task<IEnumerable<Pose>> PosesAsync(Guid id) => (await site.DbAsync(db => db.Shots.Where(shot => shot.PersonId == id).Select(shot => shot.Pose).ToListAsync(Cancel))).Order();

    private Task<int> PositionAsync(Guid id, Guid person) =>
        site.DbAsync(db => db.ImportItems.Where(item => item.ImportId == id && item.PersonId == person).Select(item => item.Position).SingleAsync(Cancel));

    private static byte[] As(string extension, byte[] picture)
    {
        using var decoded = picture.Length == 640 * 480 * 3 ? new Mat(480, 640, MatType.CV_8UC3, Scalar.All(128)) : Cv2.ImDecode(picture, ImreadModes.Color);
        return decoded.ImEncode(extension);
    }

    /// <summary>A PNG that says to have 50,000 pixels each way, which nobody may believe.</summary>
    private static byte[] HugePng()
    {
        var png = As(".png", TestFaces.Jpeg(Pose.Front));
        byte[] side = [0, 0, 0xC3, 0x50];
        side.CopyTo(png, 16);
        side.CopyTo(png, 20);
        return png;
    }

    internal static byte[] Zip(params IEnumerable<(string Name, byte[] Content)> files)
    {
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return buffer.ToArray();
    }

    /// <summary>Says in the list of the archive that a file is encrypted.</summary>
    private static byte[] Encrypted(string name, byte[] zip)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        for (var at = 0; at < zip.Length - 46; at++)
        {
            if (zip.AsSpan(at).StartsWith("PK\x01\x02"u8) && zip.AsSpan(at + 46).StartsWith(bytes))
            {
                zip[at + 8] |= 1;
            }
        }

        return zip;
    }
}
