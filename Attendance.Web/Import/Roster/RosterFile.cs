using System.Text.Json.Serialization;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import.Roster;

/// <summary>A row of the file as its columns were named. Texts are tidied; what is empty is null.</summary>
/// <param name="Problem">Why the row cannot be read, or null.</param>
internal sealed record RosterRow(int Row, string? Number, string? FullName, string? Label, IReadOnlyList<string> Groups, string? Problem = null)
{
    /// <summary>The unique form of the number, or null if it is missing or so long that it is no number.</summary>
    [JsonIgnore]
    public string? Key { get; } = Number is { Length: <= 4 * Person.NumberLength } ? Writing.Key(Number) : null;
}

/// <summary>Reads a file of people.</summary>
internal sealed class RosterFile
{
    private const int MostGroups = 50;

    private static readonly char[] s_betweenGroups = ['|', ';'];

    public static string NoHeader => T("The first row does not name the columns: it looks like a person. Add a first row such as: Number,Name,Groups");

    public required IReadOnlyList<string> Header { get; init; }

    public required IReadOnlyList<CsvRow> Rows { get; init; }

    /// <exception cref="ImportTroubleException">The file is no table, or it has no first row.</exception>
    public static RosterFile Read(byte[] content, TextCoding coding, char delimiter)
    {
        var text = CsvText.Decode(content, coding);
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ImportTroubleException(T("This is no text file. Save the table as CSV, and choose that file."));
        }

        var rows = CsvRows.Read(text, delimiter).ToList();
        return rows.Count switch
        {
            0 => throw new ImportTroubleException(T("The file is empty.")),
            1 => throw new ImportTroubleException(T("The file has no rows after the first one, which names the columns.")),
            _ => new() { Header = [.. rows[0].Fields.Select(Writing.Tidy)], Rows = rows[1..] },
        };
    }

    public IEnumerable<RosterRow> People(IReadOnlyList<RosterColumn> columns) => Rows.Select(row => Of(row, columns));

    private RosterRow Of(CsvRow row, IReadOnlyList<RosterColumn> columns)
    {
        var (first, last) = (Field(RosterColumn.FirstName), Field(RosterColumn.LastName));
        var name = Field(RosterColumn.FullName) ?? (first is null && last is null ? null : Writing.Tidy($"{first} {last}"));
        var groups = (Field(RosterColumn.Groups) ?? "").Split(s_betweenGroups).Select(Writing.Tidy).Where(group => group.Length > 0).DistinctBy(Writing.Fold, StringComparer.Ordinal).ToList();
        var problem = row.Fields.Length > Header.Count ? $"The row has {row.Fields.Length} fields, and the first one {Header.Count}. Put fields that contain the separator into quotes."
            : groups.Count > MostGroups ? $"A person may be in at most {MostGroups} groups here."
            : null;
        return new(row.Row, Field(RosterColumn.Number), name, Field(RosterColumn.Label), groups, problem);

        string? Field(RosterColumn column)
        {
            for (var at = 0; at < columns.Count && at < row.Fields.Length; at++)
            {
                if (columns[at] == column)
                {
                    return Writing.Tidy(row.Fields[at]) is { Length: > 0 } text ? text : null;
                }
            }

            return null;
        }
    }
}
