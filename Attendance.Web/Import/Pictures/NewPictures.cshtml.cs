using System.ComponentModel.DataAnnotations;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.People;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import.Pictures;

/// <summary>Takes pictures of people, and the evidence that these people have agreed.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class NewPicturesModel(PictureUpload upload, ConsentTexts consent, IOptions<ImportOptions> options) : PageModel
{
    [BindProperty]
    [Required(ErrorMessage = "Say how you know that these people have agreed.")]
    [StringLength(Data.Consent.EvidenceLength, ErrorMessage = "This may have at most {1} characters.")]
    public string? Evidence { get; set; }

    public ConsentTexts Consent => consent;

    public int LargestPictures => options.Value.LargestPictures;

    public string LargestInWords => UploadedFile.InWords(LargestPictures);

    public async Task<IActionResult> OnPostAsync(IFormFile? zip, [FromForm] IReadOnlyList<IFormFile>? folder, CancellationToken cancellationToken)
    {
        var files = (folder ?? []).Where(file => file.Length > 0).ToList();
        if (zip is not { Length: > 0 } && files.Count == 0)
        {
            ModelState.AddModelError("", T("Choose a ZIP archive or a folder."));
        }

        foreach (var problem in FormTexts.ErrorsOf((nameof(Evidence), Evidence is null ? null : Writing.Tidy(Evidence))))
        {
            ModelState.AddModelError(nameof(Evidence), problem.ErrorMessage!);
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        try
        {
            return LocalRedirect($"/import/{await upload.AddAsync(zip is { Length: > 0 } ? zip : null, files, Writing.Tidy(Evidence!), User.AccountId(), cancellationToken)}");
        }
        catch (ImportTroubleException trouble)
        {
            ModelState.AddModelError("", trouble.Message);
            return Page();
        }
    }
}
