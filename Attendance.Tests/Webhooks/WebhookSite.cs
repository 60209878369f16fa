using System.Text.RegularExpressions;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Webhooks;

/// <summary>A Web that tells a real receiver, which an administrator has entered at the page.</summary>
internal sealed partial class WebhookSite : IAsyncDisposable
{
    /// <summary>So that no test waits for long, and a receiver on this machine is told.</summary>
    public static readonly (string Key, string? Value)[] Quick =
    [
        ("Webhooks:PrivateAddresses", "true"), ("Webhooks:LookEvery", "00:00:00.1"), ("Webhooks:FirstRetry", "00:00:00.1"), ("Webhooks:LongestRetry", "00:00:01"),
    ];

    private WebhookSite(AttendanceSite site, WebhookReceiver receiver) => (Site, Receiver) = (site, receiver);

    public AttendanceSite Site { get; }

    public WebhookReceiver Receiver { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<WebhookSite> StartAsync(params (string Key, string? Value)[] settings)
    {
        var site = new AttendanceSite(new Uri("http://127.0.0.1:1"), [.. Quick, .. settings]);
        var receiver = await WebhookReceiver.StartAsync(Cancel);
        receiver.Now = site.Clock.GetUtcNow;
        return new(site, receiver);
    }

    /// <summary>Enters the receiver at the page, for these events or for all.</summary>
    public async Task<Guid> EnterAsync(params string[] events)
    {
        var page = await PostAsync("/webhooks",
        [
            new("Form.Name", "Payroll"), new("Form.Address", Receiver.Url),
            .. (events.Length > 0 ? events : ["checkin.recorded", "mark.changed", "session.closed"]).Select(each => KeyValuePair.Create("Form.Events", each)),
        ]);
        Receiver.Secrets = [SecretIn(page)];
        return await Site.DbAsync(db => db.WebhookTargets.Select(target => target.Id).SingleAsync(Cancel));
    }

    /// <summary>Presses a button of the page.</summary>
    /// <returns>The page that follows.</returns>
    public Task<string> PressAsync(string handler, Guid id, params KeyValuePair<string, string>[] values) => PostAsync($"/webhooks?handler={handler}", [new("id", $"{id}"), .. values]);

    public async Task<string> PageAsync()
    {
        using var admin = await AdminAsync();
        return (await admin.GetAsync("/webhooks")).Text;
    }

    public async Task<string> PostAsync(string path, IReadOnlyList<KeyValuePair<string, string>> values)
    {
        using var admin = await AdminAsync();
        using var content = new FormUrlEncodedContent([.. values, new("__RequestVerificationToken", SignIn.TokenIn((await admin.GetAsync("/webhooks")).Text))]);
        using var sent = await admin.Client.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
        var answer = await Answer.OfAsync(sent);
        return answer.Location is { } to ? (await admin.GetAsync(to)).Text : answer.Text;
    }

    private async Task<Visit> AdminAsync()
    {
        var signIn = await Site.Web.SignInAsync(AccountRole.Admin);
        return new Visit(Site.Web.Address) { Cookie = signIn.Value };
    }

    public static string SecretIn(string page)
    {
        var secret = Secret().Match(page);
        Assert.True(secret.Success, page);
        return secret.Groups[1].Value;
    }

    public Task<WebhookReceiver.Received> ToldAsync(string type, Func<WebhookReceiver.Received, bool>? isIt = null) =>
        Receiver.NextAsync(received => received.Type == type && (isIt?.Invoke(received) ?? true), TimeSpan.FromSeconds(30), Cancel);

    public async ValueTask DisposeAsync()
    {
        await Site.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    [GeneratedRegex("id=\"secret\">(whsec_[^<]+)<")]
    private static partial Regex Secret();
}
