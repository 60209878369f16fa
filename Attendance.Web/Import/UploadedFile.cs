using Attendance.Web.Http;
using Attendance.Web.Languages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import;

/// <summary>Reads a file that an operator has chosen.</summary>
internal static class UploadedFile
{
    private const int Mebibyte = 1024 * 1024;

    /// <exception cref="ImportTroubleException">There is no file, or it is empty or too large.</exception>
    public static Task<byte[]> ReadAsync(IFormFile? file, int largest, CancellationToken cancellationToken) =>
        file is null ? throw new ImportTroubleException(T("Choose a file."))
        : file.Length == 0 ? throw new ImportTroubleException(T("The file is empty."))
        : file.Length > largest ? throw new ImportTroubleException(T("The file is larger than {0}. Split it into several files.", InWords(largest)))
        : PictureForm.BytesOfAsync(file, cancellationToken);

    public static string InWords(int bytes) => bytes >= Mebibyte ? T("{0} MB", Show.Number(bytes / Mebibyte)) : T("{0} KB", Show.Number(bytes / 1024));
}
