using Attendance.Web.Accounts;
using Attendance.Web.Cameras;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Doors;

/// <summary>Lists the doors with what happens there, adds one, and says whether somebody watches it.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class DoorsModel(DoorStore doors, DoorStates states, CameraDirectory cameras) : PageModel
{
    [BindProperty]
    public DoorForm Form { get; set; } = new();

    public IReadOnlyList<(Door Door, DoorCondition Condition)> All { get; private set; } = [];

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid && await cameras.FindAsync(Form.CameraId!, cancellationToken) == CameraPresence.Unknown)
        {
            ModelState.AddModelError("Form.CameraId", T("No camera of the server has this id."));
        }

        if (ModelState.IsValid)
        {
            if (await doors.TryAddAsync(Form, User.AccountId(), cancellationToken))
            {
                return LocalRedirect("/doors");
            }

            ModelState.AddModelError("Form.CameraId", T("Another door has this camera."));
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostWatchAsync([FromForm] Guid id, [FromForm] bool watched, CancellationToken cancellationToken)
    {
        await doors.SetWatchedAsync(id, watched, User.AccountId(), cancellationToken);
        return LocalRedirect("/doors");
    }

    public async Task<IActionResult> OnPostRemoveAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        await doors.RemoveAsync(id, User.AccountId(), cancellationToken);
        return LocalRedirect("/doors");
    }

    public static (string Words, string Tone) Describe(DoorCondition condition) => condition switch
    {
        DoorCondition.NotWatched => (T("Off: nobody watches it"), "quiet"),
        DoorCondition.NoSession => (T("Waiting for a session"), "quiet"),
        DoorCondition.NobodyKnown => (T("Nobody expected has pictures"), "warn"),
        DoorCondition.TooMany => (T("Too many people are expected"), "warn"),
        DoorCondition.MustBeAlive => (T("Off: everybody must show to be there (Liveness:Required)"), "warn"),
        DoorCondition.Watching => (T("Watching"), "good"),
        DoorCondition.NoPicture => (T("Camera away: no picture comes"), "bad"),
        DoorCondition.InUse => (T("Camera busy: a page, a kiosk, or another server has it"), "warn"),
        DoorCondition.InUseElsewhere => (T("Camera busy: another program of its machine has it"), "warn"),
        DoorCondition.Quarantined => (T("Camera busy: not proven free after its last use"), "bad"),
        DoorCondition.UnknownCamera => (T("Camera away: there is none of this id"), "bad"),
        DoorCondition.CameraAway => (T("Camera away: it does not open"), "bad"),
        DoorCondition.NoAnswer => (T("The camera API does not answer"), "bad"),
        _ => (T("Trouble: see the log of Web"), "bad"),
    };

    private async Task LoadAsync(CancellationToken cancellationToken) => All =
    [
        .. (await doors.ListAsync(cancellationToken)).Select(door => (door, door.IsWatched ? states.Of(door.Id) ?? DoorCondition.NoSession : DoorCondition.NotWatched)),
    ];
}
