using System.Globalization;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Webhooks;

/// <summary>Lists the receivers with their last deliveries, adds one, replaces its secret, switches it on and off, tries it, and sends dead letters again.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class WebhooksModel(WebhookStore webhooks, IOptions<DispatchOptions> options) : PageModel
{
    [BindProperty]
    public WebhookForm Form { get; set; } = new();

    public IReadOnlyList<TargetRow> All { get; private set; } = [];

    /// <summary>The secret, shown only once, right after it was made.</summary>
    public (string Name, string Secret)? Issued { get; private set; }

    /// <summary>What a button has done, in words.</summary>
    public string? Done { get; private set; }

    public double FormerHours { get; } = options.Value.FormerSecretLasts.TotalHours;

    public double DisableDays { get; } = options.Value.DisableAfter.TotalDays;

    public async Task OnGetAsync([FromQuery] string? done, [FromQuery] string? count, CancellationToken cancellationToken)
    {
        Done = done switch
        {
            "test" => "A test is on its way. Load this page again to see whether it has arrived.",
            "again" => int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var letters) ? $"Sent again: {(letters == 1 ? "1 dead letter" : $"{letters} dead letters")}." : null,
            "off" => "This webhook is off. Switch it on first.",
            _ => null,
        };
        await LoadAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid)
        {
            if (await webhooks.AddAsync(Form, User.AccountId(), cancellationToken) is var (target, secret))
            {
                Issued = (target.Name, secret);
                Form = new();
                ModelState.Clear();
            }
            else
            {
                ModelState.AddModelError("", $"There are {WebhookStore.Most} webhooks, which is as many as there may be. Remove one first.");
            }
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostRotateAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        ModelState.Clear(); // the form to add a webhook was not sent
        Issued = await webhooks.RotateAsync(id, User.AccountId(), cancellationToken) is var (target, secret) ? (target.Name, secret) : null;
        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostSwitchAsync([FromForm] Guid id, [FromForm] bool on, CancellationToken cancellationToken)
    {
        await webhooks.SwitchAsync(id, on, User.AccountId(), cancellationToken);
        return LocalRedirect("/webhooks");
    }

    public async Task<IActionResult> OnPostRemoveAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        await webhooks.RemoveAsync(id, User.AccountId(), cancellationToken);
        return LocalRedirect("/webhooks");
    }

    public async Task<IActionResult> OnPostTestAsync([FromForm] Guid id, CancellationToken cancellationToken) =>
        LocalRedirect(await webhooks.TestAsync(id, cancellationToken) ? "/webhooks?done=test" : "/webhooks?done=off");

    public async Task<IActionResult> OnPostAgainAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        var count = await webhooks.ResendAsync(id, User.AccountId(), cancellationToken);
        return LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/webhooks?done=again&count={count}"));
    }

    /// <summary>Returns the state of a delivery in words and the tone of its badge.</summary>
    public static (string Word, string Tone) StateOf(DispatchRow row) => row.State switch
    {
        DispatchState.Delivered => ("Delivered", "good"),
        DispatchState.Dead => ("Dead letter", "bad"),
        _ when row.Attempts > 0 => ("Tried again later", "warn"),
        _ => ("Waiting", "quiet"),
    };

    private async Task LoadAsync(CancellationToken cancellationToken) => All = await webhooks.ListAsync(cancellationToken);
}
