using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Attendance.Tests.Programs;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Webhooks;

/// <summary>Runs the receiver that docs/integration-api.md shows, as it is there.</summary>
public sealed partial class SampleReceiverTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_receiver_of_the_documentation_takes_what_is_sent_and_refuses_what_is_forged()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs", "integration-api.md"), Cancel);
        var folder = Directory.CreateTempSubdirectory("attendance-receiver-");
        var program = Path.Combine(folder.FullName, "receiver.mjs");
        await File.WriteAllTextAsync(program, Sample().Match(page).Groups[1].Value, Cancel);
        var port = ServerProcess.FreePort();
        await using var site = await WebhookSite.StartAsync();
        var shown = await site.PostAsync("/webhooks", [new("Form.Name", "Sample"), new("Form.Address", $"http://127.0.0.1:{port}/hook"), new("Form.Events", "mark.changed")]);
        await using var receiver = ServerProcess.Start("node", [program], new Dictionary<string, string> { ["WEBHOOK_SECRET"] = WebhookSite.SecretIn(shown), ["PORT"] = $"{port}" });
        await receiver.ReadyAsync(() => Task.FromResult(receiver.Output.Contains("ready", StringComparison.Ordinal)), TimeSpan.FromSeconds(30), "the receiver listens");

        var ada = await site.Site.PersonAsync("Ada Lovelace", "A-1");
        await site.Site.SessionAsync(await site.Site.GroupAsync("Class 7a", ada), TimeSpan.FromMinutes(-2));
        await site.Site.CheckInAsync(ada);

        await Eventually.TrueAsync(() => receiver.Output.Contains("mark.changed", StringComparison.Ordinal), TimeSpan.FromSeconds(30), "the receiver is told");
        Assert.Contains("\"to\":\"present\"", receiver.Output, StringComparison.Ordinal);
        await Eventually.TrueAsync(
            () => site.Site.DbAsync(db => db.WebhookDispatches.AllAsync(each => each.State == DispatchState.Delivered, Cancel)), TimeSpan.FromSeconds(30), "it has answered that it is well");
        using var forger = new HttpClient();
        using var forged = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/hook") { Content = new StringContent("{\"type\":\"mark.changed\",\"data\":{}}", Encoding.UTF8, "application/json") };
        forged.Headers.Add("webhook-id", "made-up");
        forged.Headers.Add("webhook-timestamp", $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}");
        forged.Headers.TryAddWithoutValidation("webhook-signature", "v1,bWFkZS11cA==");
        using var refused = await forger.SendAsync(forged, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        folder.Delete(recursive: true);
    }

    [GeneratedRegex("```js\n(import .*?)```", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sample();
}
