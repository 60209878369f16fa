using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Import.Roster;

/// <summary>Takes a file of people.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class NewPeopleModel(ImportStore imports, IOptions<ImportOptions> options) : PageModel
{
    public int LargestFile => options.Value.LargestFile;

    public string LargestInWords => UploadedFile.InWords(LargestFile);

    public async Task<IActionResult> OnPostAsync(IFormFile? file, CancellationToken cancellationToken)
    {
        try
        {
            var content = await UploadedFile.ReadAsync(file, LargestFile, cancellationToken);
            var settings = Guess(content);
            var id = await imports.AddAsync(ImportKind.People, ImportState.Draft, content, settings.ToJson(), User.AccountId(), cancellationToken);
            return LocalRedirect($"/import/{id}/columns");
        }
        catch (ImportTroubleException trouble)
        {
            ModelState.AddModelError("", trouble.Message);
            return Page();
        }
    }

    /// <exception cref="ImportTroubleException">The file is no table, or has no header.</exception>
    private static RosterSettings Guess(byte[] content)
    {
        var coding = CsvText.Guess(content);
        var delimiter = CsvRows.GuessDelimiter(CsvText.Decode(content, coding));
        var header = RosterFile.Read(content, coding, delimiter).Header;
        return RosterColumns.IsMissing(header)
            ? throw new ImportTroubleException(RosterFile.NoHeader)
            : new() { Coding = coding, Delimiter = delimiter, Columns = RosterColumns.Guess(header) };
    }
}
