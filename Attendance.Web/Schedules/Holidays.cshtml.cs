using System.Globalization;
using System.Text;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>Lists the holidays, and reads them from an iCalendar file.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
[RequestFormLimits(MultipartBodyLengthLimit = LargestFile, MemoryBufferThreshold = LargestFile, BufferBodyLengthLimit = LargestFile, Order = -1)] // before anything reads the form
internal sealed class HolidaysModel(HolidayStore holidays) : PageModel
{
    private const int LargestFile = 1024 * 1024;

    public IReadOnlyList<Holiday> All { get; private set; } = [];

    /// <summary>How many holidays an import added, or null without one.</summary>
    public int? Added { get; private set; }

    public async Task OnGetAsync([FromQuery] string? added, CancellationToken cancellationToken)
    {
        Added = int.TryParse(added, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        All = await holidays.ListAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostImportAsync(IFormFile? file, CancellationToken cancellationToken)
    {
        if (file is null || await ReadAsync(file, cancellationToken) is not { } entries)
        {
            ModelState.AddModelError("", T("File: this is no iCalendar file, or it has more than 2,000 holidays. Choose a file whose name ends with .ics."));
            All = await holidays.ListAsync(cancellationToken);
            return Page();
        }

        var added = await holidays.ImportAsync(entries, User.AccountId(), cancellationToken);
        return LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/schedules/holidays?added={added}"));
    }

    public async Task<IActionResult> OnPostDeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        await holidays.DeleteAsync(id, User.AccountId(), cancellationToken);
        return LocalRedirect("/schedules/holidays");
    }

    private async Task<IReadOnlyList<HolidayEntry>?> ReadAsync(IFormFile file, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(file.OpenReadStream(), Encoding.UTF8);
        return HolidayFile.Read(await reader.ReadToEndAsync(cancellationToken), holidays.Today);
    }
}
