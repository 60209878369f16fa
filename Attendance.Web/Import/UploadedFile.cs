using Attendance.Web.Http;

namespace Attendance.Web.Import;

/// <summary>Reads a file that an operator has chosen.</summary>
internal static class UploadedFile
{
    private const int Mebibyte = 1024 * 1024;

    /// <exception cref="ImportTroubleException">There is no file, or it is empty or too large.</exception>
    public static Task<byte[]> ReadAsync(IFormFile? file, int largest, CancellationToken cancellationToken) =>
        file is null ? throw new ImportTroubleException("Choose a file.")
        : file.Length == 0 ? throw new ImportTroubleException("The file is empty.")
        : file.Length > largest ? throw new ImportTroubleException($"The file is larger than {InWords(largest)}. Split it into several files.")
        : PictureForm.BytesOfAsync(file, cancellationToken);

    public static string InWords(int bytes) => bytes >= Mebibyte ? $"{bytes / Mebibyte:N0} MB" : $"{bytes / 1024:N0} KB";
}
