using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import.Roster;

/// <summary>Asks what the columns of a file of people mean.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class ColumnsModel(ImportStore imports, GroupStore groups) : PageModel
{
    private const int Shown = 5;

    private static readonly Dictionary<string, char> s_delimiters = new(StringComparer.Ordinal) { ["comma"] = ',', ["semicolon"] = ';', ["tab"] = '\t' };

    [FromRoute]
    public Guid Id { get; set; }

    [BindProperty]
    public TextCoding Coding { get; set; }

    [BindProperty]
    public string? Delimiter { get; set; }

    [BindProperty]
    public IList<RosterColumn> Columns { get; set; } = [];

    [BindProperty]
    public WholeRoster Whole { get; set; }

    [BindProperty]
    public Guid? GroupId { get; set; }

    [BindProperty]
    public bool KeepNumbers { get; set; }

    public IReadOnlyList<string> Header { get; private set; } = [];

    public IReadOnlyList<CsvRow> Sample { get; private set; } = [];

    public int RowCount { get; private set; }

    public IReadOnlyList<GroupRow> Groups { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is not { } run)
        {
            return NotFound();
        }

        Show(RosterSettings.FromJson(run.Settings));
        return await ShowFileAsync(cancellationToken);
    }

    /// <summary>Reads the file in another way, and guesses anew what its columns mean.</summary>
    public async Task<IActionResult> OnPostReadAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is null)
        {
            return NotFound();
        }

        try
        {
            if (await imports.SourceAsync(Id, cancellationToken) is { } content)
            {
                var columns = RosterColumns.Guess(RosterFile.Read(content, Coding, DelimiterOf(Delimiter)).Header);
                await imports.SetAsync(Id, (Chosen() with { Columns = columns }).ToJson(), cancellationToken);
            }

            return LocalRedirect($"/import/{Id}/columns");
        }
        catch (ImportTroubleException trouble)
        {
            ModelState.AddModelError("", trouble.Message);
            return await ShowFileAsync(cancellationToken);
        }
    }

    public async Task<IActionResult> OnPostCheckAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is null)
        {
            return NotFound();
        }

        foreach (var problem in Problems())
        {
            ModelState.AddModelError("", problem);
        }

        if (!ModelState.IsValid)
        {
            return await ShowFileAsync(cancellationToken);
        }

        await imports.SetAsync(Id, Chosen().ToJson(), cancellationToken);
        await imports.CheckAsync(Id, cancellationToken);
        return LocalRedirect($"/import/{Id}");
    }

    private IEnumerable<string> Problems()
    {
        if (Columns.Where(column => column != RosterColumn.Ignored).GroupBy(column => column).FirstOrDefault(column => column.Count() > 1) is { } twice)
        {
            yield return T("Two columns are named “{0}”. Choose one of them.", RosterColumns.WordsOf(twice.Key));
        }

        if (!Columns.Contains(RosterColumn.Number))
        {
            yield return T("Choose the column that has the numbers: people are told apart by them.");
        }

        if (Whole == WholeRoster.NamedGroups && !Columns.Contains(RosterColumn.Groups))
        {
            yield return T("Choose the column that has the groups, or say whose roster the file is.");
        }

        if (Whole == WholeRoster.OneGroup && GroupId is null)
        {
            yield return T("Choose the group whose roster the file is.");
        }
    }

    private RosterSettings Chosen() => new()
    {
        Coding = Coding, Delimiter = DelimiterOf(Delimiter), Columns = [.. Columns.Take(CsvRows.MostColumns)], Whole = Whole, GroupId = GroupId, KeepNumbers = KeepNumbers,
    };

    private void Show(RosterSettings settings)
    {
        (Coding, Delimiter, Columns) = (settings.Coding, s_delimiters.First(each => each.Value == settings.Delimiter).Key, [.. settings.Columns]);
        (Whole, GroupId, KeepNumbers) = (settings.Whole, settings.GroupId, settings.KeepNumbers);
    }

    private static char DelimiterOf(string? name) => s_delimiters.GetValueOrDefault(name ?? "", ',');

    private async Task<ImportRun?> FindAsync(CancellationToken cancellationToken) =>
        await imports.FindAsync(Id, cancellationToken) is { Kind: ImportKind.People, State: ImportState.Draft or ImportState.Waiting } run ? run : null;

    private async Task<IActionResult> ShowFileAsync(CancellationToken cancellationToken)
    {
        Groups = await groups.ListAsync(cancellationToken);
        try
        {
            var file = RosterFile.Read(await imports.SourceAsync(Id, cancellationToken) ?? [], Coding, DelimiterOf(Delimiter));
            (Header, Sample, RowCount) = (file.Header, [.. file.Rows.Take(Shown)], file.Rows.Count);
        }
        catch (ImportTroubleException trouble) when (ModelState.IsValid)
        {
            ModelState.AddModelError("", trouble.Message);
        }
        catch (ImportTroubleException)
        {
            // The operator reads it already.
        }

        return Page();
    }
}
