using System.Globalization;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Languages;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

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
            "test" => T("A test is on its way. Load this page again to see whether it has arrived."),
            "again" => !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var letters) ? null
                : letters == 1 ? T("Sent again: 1 dead letter.") : T("Sent again: {0} dead letters.", letters),
            "off" => T("This webhook is off. Switch it on first."),
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
                ModelState.AddModelError("", T("There are {0} webhooks, which is as many as there may be. Remove one first.", WebhookStore.Most));
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
        DispatchState.Delivered => (T("Delivered"), "good"),
        DispatchState.Dead => (T("Dead letter"), "bad"),
        _ when row.Attempts > 0 => (T("Tried again later"), "warn"),
        _ => (T("Waiting"), "quiet"),
    };

    /// <summary>Returns why a delivery has failed, and when it is tried again. The record of it is in English, and in words that <see cref="WebhookDispatcher"/> knows.</summary>
    public static string WhyOf(DispatchRow row)
    {
        var why = row.Error switch
        {
            null => "",
            DispatchErrors.NoAnswer => T("It did not answer in time"),
            DispatchErrors.Refused => T("It is at an address that may not be called"),
            DispatchErrors.Unreachable => T("It could not be reached"),
            DispatchErrors.Undecryptable => T("Its address or secret cannot be decrypted"),
            DispatchErrors.Off => T("The webhook was off"),
            var error when error.StartsWith(DispatchErrors.Answered, StringComparison.Ordinal) => T("It answered {0}", error[DispatchErrors.Answered.Length..]),
            var error => error,
        };
        return row.State == DispatchState.Pending && row.Attempts > 0 ? T("{0}, next at {1}", why, Show.MomentOfDay(row.DueAt)) : why;
    }

    private async Task LoadAsync(CancellationToken cancellationToken) => All = await webhooks.ListAsync(cancellationToken);
}
