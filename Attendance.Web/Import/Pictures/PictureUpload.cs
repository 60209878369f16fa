using System.IO.Compression;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import.Pictures;

/// <summary>
/// Takes the pictures of people out of what was uploaded. A file that is nobody's is not even read, so nothing of it is stored but its name
/// and the reason.
/// </summary>
internal sealed class PictureUpload(AttendanceDb db, PictureStore pictures, IOptions<ImportOptions> options)
{
    private const int LargestPicture = 16 * 1024 * 1024, MostOfPerson = 5, AskedAtOnce = 1000;

    /// <param name="zip">The archive, or null.</param>
    /// <param name="folder">The files of a folder.</param>
    /// <returns>The import, which is being checked.</returns>
    /// <exception cref="ImportTroubleException">There is nothing that could be imported.</exception>
    public async Task<Guid> AddAsync(IFormFile? zip, IReadOnlyList<IFormFile> folder, string evidence, string accountId, CancellationToken cancellationToken)
    {
        await using var archive = zip is null ? null : await OpenAsync(zip, cancellationToken);
        List<PictureFile> files = [.. archive is null ? [] : PictureArchive.Of(archive), .. PictureArchive.Of(folder)];
        if (files.Count == 0)
        {
            throw new ImportTroubleException(T("There is no file in it."));
        }

        var (known, refused) = await SortAsync(files, cancellationToken);
        var id = await pictures.BeginAsync(evidence, accountId, cancellationToken);
        var position = 0;
        long kept = 0;
        foreach (var person in known.GroupBy(each => each.Person.Id))
        {
            foreach (var (index, (file, reading, whose)) in person.OrderBy(each => each.File.Path, StringComparer.Ordinal).Index())
            {
                var (bytes, problem) = index < MostOfPerson ? await ReadAsync(file, cancellationToken) : (null, $"A person may have at most {MostOfPerson} pictures.");
                kept += bytes?.Length ?? 0;
                if (kept > 2L * options.Value.LargestPictures)
                {
                    await pictures.DropAsync(id, cancellationToken);
                    throw new ImportTroubleException(T("The archive becomes far larger when it is unpacked. Nothing of it was kept. Split it into several ones."));
                }

                var content = new ImportContent(file.Path) { Number = whose.Number, Problem = problem }.With(new PictureFacts { Pose = reading.Pose });
                await pictures.AddAsync(id, new(++position, bytes is null ? ImportVerdict.Refused : ImportVerdict.Unchecked, whose.Id, content), bytes, cancellationToken);
            }
        }

        foreach (var (file, problem) in refused)
        {
            await pictures.AddAsync(id, new(++position, ImportVerdict.Refused, null, new ImportContent(file.Path) { Problem = problem }), null, cancellationToken);
        }

        await pictures.EndAsync(id, position, cancellationToken);
        return id;
    }

    private static async Task<ZipArchive> OpenAsync(IFormFile zip, CancellationToken cancellationToken)
    {
        try
        {
            return await ZipArchive.CreateAsync(zip.OpenReadStream(), ZipArchiveMode.Read, leaveOpen: false, entryNameEncoding: null, cancellationToken);
        }
        catch (Exception exception) when (PictureArchive.IsDamage(exception))
        {
            throw new ImportTroubleException(T("This is no ZIP archive, or it is damaged."));
        }
    }

    private async Task<(List<(PictureFile File, NamedPicture Reading, Known Person)> Known, List<(PictureFile File, string Problem)> Refused)> SortAsync(
        IReadOnlyList<PictureFile> files, CancellationToken cancellationToken)
    {
        var readings = files.ToDictionary(file => file, file => file.Problem is null ? PictureName.Readings(file.Path) : []);
        var people = new Dictionary<string, Known>(StringComparer.Ordinal);
        foreach (var keys in readings.Values.SelectMany(each => each).Select(reading => reading.Key).Distinct(StringComparer.Ordinal).Chunk(AskedAtOnce))
        {
            foreach (var person in await db.People.Where(each => keys.Contains(each.NumberKey)).Select(each => new Known(each.Id, each.Number, each.NumberKey)).ToListAsync(cancellationToken))
            {
                people[person.Key] = person;
            }
        }

        var (known, refused) = (new List<(PictureFile, NamedPicture, Known)>(), new List<(PictureFile, string)>());
        foreach (var file in files)
        {
            var meant = readings[file].Where(reading => people.ContainsKey(reading.Key)).ToList();
            if (meant.Select(reading => reading.Key).Distinct(StringComparer.Ordinal).Skip(1).Any())
            {
                refused.Add((file, "The name fits the numbers of two people. Put it into a folder of its own, or rename it."));
            }
            else if (meant.Count == 0)
            {
                refused.Add((file, file.Problem ?? "Nobody has this number. The picture was not stored."));
            }
            else
            {
                known.Add((file, meant.Find(reading => reading.Pose is not null) ?? meant[0], people[meant[0].Key]));
            }
        }

        return (known, refused);
    }

    private static async Task<(byte[]? Bytes, string? Problem)> ReadAsync(PictureFile file, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await file.Read(LargestPicture + 1, cancellationToken);
            return bytes.Length > LargestPicture ? (null, $"The file is larger than {InEnglish(() => UploadedFile.InWords(LargestPicture))}.")
                : PictureFormat.Check(bytes) is { } problem ? (null, problem)
                : (bytes, null);
        }
        catch (Exception exception) when (PictureArchive.IsDamage(exception))
        {
            return (null, "The file cannot be unpacked: it is damaged, or packed in a way that is not read here.");
        }
    }

    private sealed record Known(Guid Id, string Number, string Key);
}
