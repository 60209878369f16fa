using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Attendance.Web.Accounts;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Privacy;

/// <summary>Shows a person what is kept of them, behind their link, and takes what they ask for.</summary>
[Authorize(SubjectSignIn.SubjectsOnly)]
[EnableRateLimiting(Quotas.FewAttempts)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class MyDataModel(PrivacyLinks links, DeletionRequests requests, PeopleStore people, ShotStore shots, PersonExport export) : PageModel
{
    public Person Person { get; private set; } = null!;

    /// <summary>Everything, as the export has it, or null if some of it cannot be decrypted.</summary>
    public IReadOnlyDictionary<string, JsonNode>? Kept { get; private set; }

    public IReadOnlyList<PrivacyRequest> Requests { get; private set; } = [];

    public string ConsentText { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken))
        {
            return LocalRedirect(SubjectSignIn.SetupPath);
        }

        try
        {
            Kept = await export.FilesAsync(Person, ConsentText, cancellationToken);
        }
        catch (CryptographicException)
        {
            ModelState.AddModelError("", T("Some of it cannot be read now. Tell those who keep the attendance."));
        }

        Requests = await requests.OfAsync(Person.Id, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnGetPictureAsync([FromQuery] string? pose, CancellationToken cancellationToken) =>
        Poses.TryParse(pose, out var known) && await LoadAsync(cancellationToken) && await shots.PictureAsync(Person.Id, known, cancellationToken) is { } jpeg
            ? File(jpeg, "image/jpeg")
            : NotFound();

    public Task<IActionResult> OnPostDownloadAsync(CancellationToken cancellationToken) => WithPersonAsync(async () =>
    {
        var zip = await export.ZipAsync(Person, ConsentText, AuditLog.ByPerson, cancellationToken);
        await links.DownloadedAsync(Person.Id, cancellationToken);
        return File(zip, "application/zip", PersonExport.FileName);
    }, cancellationToken);

    public Task<IActionResult> OnPostWithdrawAsync(CancellationToken cancellationToken) => WithPersonAsync(async () =>
    {
        if (Person.Consent is null || await people.WithdrawConsentAsync(Person, AuditLog.ByPerson, cancellationToken) == SaveOutcome.Saved)
        {
            return LocalRedirect(SubjectSignIn.Path);
        }

        ModelState.AddModelError("", T("Your data were changed at the same moment, so nothing was done. Please try again."));
        return await OnGetAsync(cancellationToken);
    }, cancellationToken);

    public Task<IActionResult> OnPostAskAsync(CancellationToken cancellationToken) => WithPersonAsync(async () =>
    {
        await requests.AskAsync(Person.Id, cancellationToken);
        return LocalRedirect(SubjectSignIn.Path);
    }, cancellationToken);

    public Task<IActionResult> OnPostTakeBackAsync(CancellationToken cancellationToken) => WithPersonAsync(async () =>
    {
        await requests.TakeBackAsync(Person.Id, cancellationToken);
        return LocalRedirect(SubjectSignIn.Path);
    }, cancellationToken);

    public async Task<IActionResult> OnPostCloseAsync()
    {
        await HttpContext.SignOutAsync(SubjectSignIn.Scheme);
        return LocalRedirect("/privacy");
    }

    private async Task<IActionResult> WithPersonAsync(Func<Task<IActionResult>> act, CancellationToken cancellationToken) =>
        await LoadAsync(cancellationToken) ? await act() : LocalRedirect(SubjectSignIn.SetupPath);

    private async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        if (User.PrivacyLinkId() is not { } link
            || await links.PersonOfAsync(link, cancellationToken) is not { } id
            || await people.FindAsync(id, cancellationToken) is not { } person)
        {
            return false;
        }

        Person = person;
        ConsentText = person.Consent is { } given ? await people.ConsentTextAsync(given, cancellationToken) ?? "" : "";
        return true;
    }
}
