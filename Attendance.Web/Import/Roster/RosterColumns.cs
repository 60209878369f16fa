using System.Text.RegularExpressions;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import.Roster;

/// <summary>What a column of the file means. Public, because model binding only supports public types.</summary>
public enum RosterColumn
{
    Ignored,
    Number,
    FullName,
    FirstName,
    LastName,
    Groups,
    Label,
}

/// <summary>Guesses what columns mean by their names in the first row, in English and German.</summary>
internal static partial class RosterColumns
{
    /// <summary>Names as <see cref="Simple"/> makes them.</summary>
    private static readonly Dictionary<string, RosterColumn> s_names = Of(
        (RosterColumn.Number,
            "number nr no id personid personalnumber employeenumber employeeno employeeid staffnumber staffid studentnumber studentno studentid matriculationnumber "
            + "nummer personalnummer personalnr persnr mitarbeiternummer mitarbeiternr schuelernummer schulernummer schuelernr schulernr matrikelnummer matrikelnr ausweisnummer kennung"),
        (RosterColumn.FullName, "name fullname displayname employee student person vollername vollstaendigername vollstandigername namevorname mitarbeiter schueler schuler"),
        (RosterColumn.FirstName, "firstname givenname forename vorname rufname"),
        (RosterColumn.LastName, "lastname surname familyname nachname familienname zuname"),
        (RosterColumn.Groups, "group groups class classes course courses team teams shift shifts gruppe gruppen klasse klassen kurs kurse mannschaft schicht schichten"),
        (RosterColumn.Label, "department label abteilung bezeichnung"));

    public static string WordsOf(RosterColumn column) => column switch
    {
        RosterColumn.Number => T("Number"),
        RosterColumn.FullName => T("Full name"),
        RosterColumn.FirstName => T("First name"),
        RosterColumn.LastName => T("Last name"),
        RosterColumn.Groups => T("Groups (memberships)"),
        RosterColumn.Label => T("Group, as text at the person"),
        _ => T("Not imported"),
    };

    /// <summary>Guesses each column. No meaning is given twice.</summary>
    public static IReadOnlyList<RosterColumn> Guess(IReadOnlyList<string> header)
    {
        var given = new HashSet<RosterColumn>();
        var columns = header.Select(name => s_names.TryGetValue(Simple(name), out var column) && given.Add(column) ? column : RosterColumn.Ignored).ToList();
        if (given.Contains(RosterColumn.FullName) && (given.Contains(RosterColumn.LastName) || given.Contains(RosterColumn.FirstName)))
        {
            // "Name" beside "Vorname" is the family name.
            var at = columns.IndexOf(RosterColumn.FullName);
            columns[at] = given.Contains(RosterColumn.LastName) ? RosterColumn.Ignored : RosterColumn.LastName;
        }

        return columns;
    }

    /// <summary>Whether the first row has no name of a column but something like data, so that the file has no header.</summary>
    public static bool IsMissing(IReadOnlyList<string> header) =>
        Guess(header).All(column => column == RosterColumn.Ignored) && header.Any(name => name.Any(char.IsDigit));

    private static string Simple(string name) => NoLetter().Replace(Writing.Fold(name), "");

    private static Dictionary<string, RosterColumn> Of(params (RosterColumn Column, string Names)[] columns) =>
        columns.SelectMany(each => each.Names.Split(' '), (each, name) => (name, each.Column)).ToDictionary(StringComparer.Ordinal);

    [GeneratedRegex(@"[^\p{L}]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoLetter();
}
