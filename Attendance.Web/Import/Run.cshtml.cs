using System.Globalization;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import;

/// <summary>Shows an import: what it would change, how far it is, and what was refused. Asks for confirmation.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class ImportRunModel(ImportStore imports) : PageModel
{
    [FromRoute]
    public Guid Id { get; set; }

    public ImportRun Run { get; private set; } = null!;

    /// <summary>Whether a worker is to check or to apply the import.</summary>
    public bool IsBusy => Run.State is ImportState.Checking or ImportState.Applying;

    public ImportVerdict Verdict { get; private set; }

    /// <summary>The items that are listed, or null if there are none to list in this state.</summary>
    public ImportPage? Items { get; private set; }

    public IEnumerable<ImportVerdict> Shown => Enum.GetValues<ImportVerdict>()
        .Where(verdict => verdict != ImportVerdict.Unchecked && (verdict != ImportVerdict.Leaving || Run.Leaving > 0));

    /// <summary>Whether the item is a row of the file, and not a group or a membership that follows from it.</summary>
    public static bool IsRow(ImportEntry entry) => entry.Position > 0 && entry.Verdict != ImportVerdict.Leaving;

    public async Task<IActionResult> OnGetAsync([FromQuery] string? show, [FromQuery] string? number, CancellationToken cancellationToken) =>
        await LoadAsync(show, number, cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnGetRefusedAsync(CancellationToken cancellationToken) =>
        await imports.FindAsync(Id, cancellationToken) is { } run
            ? File(await RefusedCsv.WriteAsync(run.Kind, await imports.RefusedAsync(Id, cancellationToken), cancellationToken), "text/csv; charset=utf-8", RefusedCsv.FileName)
            : NotFound();

    public async Task<IActionResult> OnPostConfirmAsync([FromForm] int leaving, [FromForm] bool mayLeave, CancellationToken cancellationToken)
    {
        if (leaving > 0 && !mayLeave)
        {
            ModelState.AddModelError("", T("Nothing was applied: memberships would end. Look at the list of those who leave, and tick the box."));
        }
        else if (await imports.ConfirmAsync(Id, leaving, User.AccountId(), cancellationToken))
        {
            return LocalRedirect($"/import/{Id}");
        }
        else
        {
            ModelState.AddModelError("", T("Nothing was applied: the import has changed since you looked at it. This is what it would do now."));
        }

        return await LoadAsync(null, null, cancellationToken) ? Page() : NotFound();
    }

    public async Task<IActionResult> OnPostAnswerAsync([FromForm] int position, CancellationToken cancellationToken)
    {
        await imports.AnswerAsync(Id, position, User.AccountId(), cancellationToken);
        return LocalRedirect($"/import/{Id}?show={nameof(ImportVerdict.Refused)}");
    }

    public async Task<IActionResult> OnPostCancelAsync(CancellationToken cancellationToken)
    {
        await imports.CancelAsync(Id, User.AccountId(), cancellationToken);
        return LocalRedirect("/import");
    }

    private async Task<bool> LoadAsync(string? show, string? number, CancellationToken cancellationToken)
    {
        if (await imports.FindAsync(Id, cancellationToken) is not { } run)
        {
            return false;
        }

        Run = run;
        if (run.State is ImportState.Waiting or ImportState.Done)
        {
            Verdict = run.State == ImportState.Done ? ImportVerdict.Refused
                : Enum.TryParse<ImportVerdict>(show, out var wanted) && Enum.IsDefined(wanted) ? wanted
                : Shown.FirstOrDefault(verdict => ImportWords.CountOf(run, verdict) > 0, ImportVerdict.New);
            Items = await imports.PageAsync(Id, Verdict, int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? page : 1, cancellationToken);
        }

        return true;
    }
}
