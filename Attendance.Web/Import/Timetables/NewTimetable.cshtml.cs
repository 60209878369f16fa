using System.ComponentModel.DataAnnotations;
using System.Text;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import.Timetables;

/// <summary>Takes a timetable, and what the operator says about its groups and times.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class NewTimetableModel(ImportStore imports, GroupStore groups, IOptions<ScheduleOptions> options) : PageModel
{
    [BindProperty]
    public GroupsBy GroupsBy { get; set; }

    [BindProperty]
    public IList<Guid> Groups { get; set; } = [];

    [BindProperty]
    [RegularExpression("[Xx]-[A-Za-z0-9-]{1,38}", ErrorMessage = "Enter the name of a property that begins with X-, such as X-GROUP.")]
    public string? Property { get; set; }

    [BindProperty]
    [Required(ErrorMessage = "Enter a time zone.")]
    public string? Zone { get; set; }

    [BindProperty]
    public bool SkipsHolidays { get; set; }

    public IReadOnlyList<GroupRow> AllGroups { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        (Zone, SkipsHolidays) = (options.Value.Zone, true);
        AllGroups = await groups.ListAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(IFormFile? file, CancellationToken cancellationToken)
    {
        AllGroups = await groups.ListAsync(cancellationToken);
        if (Zone is { Length: > 0 } && Zones.Find(Zone) is null)
        {
            ModelState.AddModelError(nameof(Zone), T("Choose a time zone from the list, such as Europe/Vienna."));
        }

        if (GroupsBy == GroupsBy.Choice && !AllGroups.Any(group => Groups.Contains(group.Id)))
        {
            ModelState.AddModelError("", T("Choose at least one group, or say where an event names its groups."));
        }

        if (GroupsBy == GroupsBy.Property && string.IsNullOrEmpty(Property))
        {
            ModelState.AddModelError(nameof(Property), T("Enter the name of the property."));
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        try
        {
            var content = await UploadedFile.ReadAsync(file, TimetableFile.Largest, cancellationToken);
            var settings = new TimetableSettings(Zone!, GroupsBy, [.. Groups.Distinct()], Property, SkipsHolidays);
            if (TimetableFile.Read(Encoding.UTF8.GetString(content), settings).Count == 0)
            {
                throw new ImportTroubleException(T("The file has no events."));
            }

            return LocalRedirect($"/import/{await imports.AddAsync(ImportKind.Timetable, ImportState.Checking, content, settings.ToJson(), User.AccountId(), cancellationToken)}");
        }
        catch (ImportTroubleException trouble)
        {
            ModelState.AddModelError("", trouble.Message);
            return Page();
        }
    }
}
