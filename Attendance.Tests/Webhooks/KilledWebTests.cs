using Attendance.Tests.Hosts;
using Attendance.Tests.Telemetry;
using Xunit;

namespace Attendance.Tests.Webhooks;

/// <summary>Tests that what was recorded is told, although the process that recorded it is killed while it tells it.</summary>
public sealed class KilledWebTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_Web_was_telling_is_told_by_the_next_one_under_the_same_id()
    {
        var data = Directory.CreateTempSubdirectory("attendance-killed-");
        MigratedDatabase.PutInto(data);
        try
        {
            string[] settings = [$"--Data:Folder={data.FullName}", .. WebhookSite.Quick.Select(each => $"--{each.Key}={each.Value}"), "--Webhooks:Timeout=00:00:02"];
            await using var site = await WebhookSite.StartAsync(("Data:Folder", data.FullName));
            await site.EnterAsync("mark.changed");
            var ada = await site.Site.PersonAsync("Ada Lovelace", "A-1");
            var session = await site.Site.SessionAsync(await site.Site.GroupAsync("Class 7a", ada), TimeSpan.FromMinutes(-2));
            var signIn = await site.Site.Web.SignInAsync();
            await site.Site.DisposeAsync(); // only the processes below tell anything
            site.Receiver.Answer = count => count == 1 ? null : 200;

            await using (var web = await WebProcess.StartAsync(settings))
            {
                using var visit = new Visit(web.Http.BaseAddress!) { Cookie = signIn.Value };
                (await visit.PostAsync($"/attendance/{session}/people/{ada}", new() { ["Wanted"] = "excused", ["EventId"] = $"{Guid.NewGuid()}", ["Why.Reason"] = "ill" }))
                    .Leads($"/attendance/{session}/people/{ada}");
                var first = await site.ToldAsync("mark.changed");
                Assert.Equal("excused", first.Text("to"));
                await web.KillAsync();
            }

            await using var next = await WebProcess.StartAsync(settings);
            await Eventually.TrueAsync(() => site.Receiver.All.Count == 2, TimeSpan.FromSeconds(30), "it is told again, once the claim of the killed process is over");
            Assert.Single(site.Receiver.All.Select(each => each.Id).Distinct());
            site.Receiver.All[1].AssertSigned();
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            data.Delete(recursive: true);
        }
    }
}
