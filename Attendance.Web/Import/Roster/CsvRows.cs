using Attendance.Web.Languages;
using CsvHelper;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import.Roster;

/// <param name="Row">The row as a spreadsheet counts it: the header is row 1.</param>
internal sealed record CsvRow(int Row, string[] Fields);

/// <summary>Reads text whose fields are separated by commas, semicolons or tabs, quoted as RFC 4180 has it.</summary>
internal static class CsvRows
{
    public const int MostColumns = 100, MostRows = 100_000;

    /// <summary>The longest row, in bytes of UTF-8. A quote that is not closed makes the rest of the file one field.</summary>
    private const int LongestRow = 256 * 1024;

    private const int Sampled = 20;

    public static IReadOnlyList<char> Delimiters { get; } = [',', ';', '\t'];

    /// <summary>Returns the delimiter that splits the first rows into the most columns, equally many in each.</summary>
    public static char GuessDelimiter(string text) => Delimiters.MaxBy(delimiter => Evenness(text, delimiter));

    /// <summary>Lists the rows, without those that are empty.</summary>
    /// <exception cref="ImportTroubleException">The text is no table.</exception>
    public static IEnumerable<CsvRow> Read(string text, char delimiter)
    {
        CsvMalformedReason? fault = null;
        var options = new CsvReaderOptions
        {
            Separator = delimiter, HasHeader = false, SkipEmptyLines = false, MaxRecordSize = LongestRow, OnMalformedRecord = record => fault = record.Reason,
        };
        using var reader = CsvReader.FromText(text, options);
        while (MovesOn(reader))
        {
            var row = (int)reader.RowNumber;
            if (row > MostRows + 1)
            {
                throw new ImportTroubleException(T("The file has more than {0} rows. Split it into several files.", Show.Number(MostRows)));
            }

            if (fault == CsvMalformedReason.UnterminatedQuote)
            {
                throw new ImportTroubleException(T("Row {0}: a quote (\") is not closed, so the rest of the file is one field.", row));
            }

            if (reader.FieldCount > MostColumns)
            {
                throw new ImportTroubleException(T("Row {0} has more than {1} columns. Is the separator right?", row, MostColumns));
            }

            var fields = Enumerable.Range(0, reader.FieldCount).Select(reader.GetString).ToArray();
            if (fields.Any(field => !string.IsNullOrWhiteSpace(field)))
            {
                yield return new(row, fields);
            }
        }
    }

    private static bool MovesOn(CsvReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException exception)
        {
            throw new ImportTroubleException(T("Row {0} cannot be read: it is longer than {1} KB. Perhaps a quote (\") is not closed.", exception.RecordNumber, Show.Number(LongestRow / 1024)));
        }
    }

    private static (int IsEven, int Columns) Evenness(string text, char delimiter)
    {
        try
        {
            var counts = Read(text, delimiter).Take(Sampled).Select(row => row.Fields.Length).ToList();
            return counts.Count == 0 || counts[0] == 1 ? (0, 0) : (counts.Count(count => count == counts[0]) * 100 / counts.Count, counts[0]);
        }
        catch (ImportTroubleException)
        {
            return (0, 0);
        }
    }
}
