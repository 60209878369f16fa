using System.Runtime.CompilerServices;
using MiniExcelLibs;
using MiniExcelLibs.Attributes;
using MiniExcelLibs.OpenXml;

namespace Attendance.Web.Reports.Exports;

/// <summary>
/// Writes a table as a sheet of Excel. MiniExcel compresses the rows while they come and keeps none of them, in memory or in a file. A text is a text there: leading
/// zeros stay, and nothing is a formula.
/// </summary>
internal static class XlsxExport
{
    /// <summary>How many rows a sheet may have besides its head (ECMA-376).</summary>
    public const int MostRows = 1_048_575;

    public static async Task WriteAsync(ExportTable table, Stream output, CancellationToken cancellationToken)
    {
        var options = new OpenXmlConfiguration
        {
            AutoFilter = false, TableStyles = TableStyles.None, EnableAutoWidth = false,
            DynamicColumns = [.. table.Columns.Select(column => new DynamicExcelColumn(column.Name) { Format = column.Format, Width = column.Width })],
        };
        var gathering = new GatheringStream(output);
        await MiniExcel.SaveAsAsync(gathering, RowsAsync(table, cancellationToken), printHeader: false, "Attendance", ExcelType.XLSX, options, cancellationToken);
        await gathering.FlushAsync(cancellationToken);
    }

    /// <summary>The head is a row like the others, so that a table without rows has one as well.</summary>
    private static async IAsyncEnumerable<Dictionary<string, object?>> RowsAsync(
        ExportTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return table.Columns.ToDictionary(column => column.Name, column => (object?)column.Name, StringComparer.Ordinal);
        var rows = 0;
        await foreach (var row in table.Rows.WithCancellation(cancellationToken))
        {
            if (++rows > MostRows)
            {
                throw new InvalidDataException($"A sheet has {MostRows} rows at most.");
            }

            var cells = new Dictionary<string, object?>(row.Length, StringComparer.Ordinal);
            for (var i = 0; i < row.Length; i++)
            {
                cells[table.Columns[i].Name] = row[i];
            }

            yield return cells;
        }
    }
}
