using System.IO.Compression;
using Attendance.Web.Languages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import.Pictures;

/// <summary>A file of a folder or of a ZIP archive. It is read only if it may be a picture of somebody.</summary>
/// <param name="Path">Where it is, with slashes.</param>
/// <param name="Problem">Why it is not read, or null.</param>
/// <param name="Read">Reads it, at most as many bytes as it is told.</param>
internal sealed record PictureFile(string Path, string? Problem, Func<int, CancellationToken, Task<byte[]>> Read);

/// <summary>Lists the files that an operator has chosen, without believing what they say about themselves.</summary>
internal static class PictureArchive
{
    private const int LongestPath = 200;

    private static readonly string[] s_added = ["__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini"];

    public static IEnumerable<PictureFile> Of(IEnumerable<IFormFile> folder) => folder.Select(file => new PictureFile(
        Shown(file.FileName), ProblemOf(file.FileName, isEncrypted: false), (most, cancel) => ReadAsync(file.OpenReadStream(), most, cancel)));

    /// <exception cref="ImportTroubleException">It is no ZIP archive, or it has too many files.</exception>
    public static IReadOnlyList<PictureFile> Of(ZipArchive archive)
    {
        try
        {
            return archive.Entries.Count > UploadLimits.MostFiles
                ? throw new ImportTroubleException(T("The archive has more than {0} files. Split it into several ones.", Show.Number(UploadLimits.MostFiles)))
                : [.. archive.Entries.Where(entry => entry.FullName is not [.., '/' or '\\']).Select(entry => new PictureFile(
                    Shown(entry.FullName), ProblemOf(entry.FullName, entry.IsEncrypted), async (most, cancel) => await ReadAsync(await entry.OpenAsync(cancel), most, cancel)))];
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw new ImportTroubleException(T("The ZIP archive is damaged: its list of files cannot be read."));
        }
    }

    /// <summary>Returns whether the archive is at fault. One that names places outside of itself makes the stream under it throw.</summary>
    public static bool IsDamage(Exception exception) => exception is InvalidDataException or IOException or ArgumentException or NotSupportedException;

    private static string Shown(string path)
    {
        var shown = new string([.. path.Replace('\\', '/').Select(each => char.IsControl(each) ? '\uFFFD' : each)]);
        return shown.Length > LongestPath ? '…' + shown[^LongestPath..] : shown;
    }

    private static string? ProblemOf(string path, bool isEncrypted)
    {
        var parts = path.Replace('\\', '/').Split('/');
        return isEncrypted ? "The file is encrypted. Make an archive without a password."
            : path.StartsWith('/') || path.StartsWith('\\') || path.Contains(':', StringComparison.Ordinal) || parts.Contains("..") ? "The path leads out of the archive."
            : parts[0] == "__MACOSX" || parts[^1].StartsWith("._", StringComparison.Ordinal) || s_added.Contains(parts[^1], StringComparer.OrdinalIgnoreCase) ? "This is no picture: the operating system has added it."
            : null;
    }

    /// <exception cref="InvalidDataException">The content is damaged.</exception>
    private static async Task<byte[]> ReadAsync(Stream content, int most, CancellationToken cancellationToken)
    {
        await using (content)
        {
            using var buffer = new MemoryStream();
            var part = new byte[81920];
            for (int read; buffer.Length < most && (read = await content.ReadAsync(part.AsMemory(0, (int)Math.Min(part.Length, most - buffer.Length)), cancellationToken)) > 0;)
            {
                await buffer.WriteAsync(part.AsMemory(0, read), cancellationToken);
            }

            return buffer.ToArray();
        }
    }
}
