using System.Globalization;
using CsvHelper;

namespace Attendance.Web.Reports.Exports;

/// <summary>
/// Writes a table as CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP recommends for what people open
/// with a spreadsheet. Numbers and dates are never changed.
/// </summary>
internal static class CsvExport
{
    private static readonly CsvWriterOptions s_options = new()
    {
        Injection = CsvInjection.Escape,
        InjectionCharacters = "=+-@\t\r\n",
    };

    public static async Task WriteAsync(ExportTable table, Stream output, bool withMark, CancellationToken cancellationToken)
    {
        var csv = CsvWriter.Create(output, s_options with { WriteByteOrderMark = withMark }, leaveOpen: true); // disposed only if it is whole: that would write what is left
        foreach (var column in table.Columns)
        {
            csv.WriteField(column.Name);
        }

        await csv.EndRecordAsync(cancellationToken);
        await foreach (var row in table.Rows.WithCancellation(cancellationToken))
        {
            foreach (var value in row)
            {
                Write(csv, value);
            }

            await csv.EndRecordAsync(cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
        await csv.DisposeAsync();
    }

    private static void Write(CsvWriter csv, object? value)
    {
        switch (value)
        {
            case DateOnly day:
                csv.WriteField(day, "yyyy-MM-dd");
                break;
            case DateTime time:
                csv.WriteField(time, "yyyy-MM-dd HH:mm");
                break;
            case int number:
                csv.WriteField(number, default, CultureInfo.InvariantCulture);
                break;
            case decimal number:
                csv.WriteField(number, "0.0", CultureInfo.InvariantCulture);
                break;
            default:
                csv.WriteField(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
