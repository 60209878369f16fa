using System.Globalization;
using Attendance.Web.Data;
using CsvHelper;

namespace Attendance.Web.Import;

/// <summary>Writes what was refused as a CSV file, so that it can be corrected. A spreadsheet runs nothing of it as a formula.</summary>
internal static class RefusedCsv
{
    /// <summary>Names nobody, because the browser's download list would keep it.</summary>
    public const string FileName = "refused.csv";

    public static async Task<byte[]> WriteAsync(ImportKind kind, IEnumerable<ImportEntry> entries, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var options = new CsvWriterOptions { Injection = CsvInjection.Escape, WriteByteOrderMark = true }; // the mark tells spreadsheets that it is UTF-8
        await using (var csv = CsvWriter.Create(buffer, options, leaveOpen: true))
        {
            csv.WriteRecord([
                kind == ImportKind.People ? "Row" : "Entry", kind == ImportKind.Timetable ? "First day" : "Number",
                kind == ImportKind.People ? "Name" : kind == ImportKind.Pictures ? "File" : "Event", "Reason"]);
            foreach (var entry in entries)
            {
                csv.WriteRecord([entry.Position.ToString(CultureInfo.InvariantCulture), entry.Content.Number, entry.Content.Title, entry.Content.Problem]);
            }

            await csv.FlushAsync(cancellationToken);
        }

        return buffer.ToArray();
    }
}
