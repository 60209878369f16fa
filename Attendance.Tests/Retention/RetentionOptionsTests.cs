using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Attendance.Web.Retention;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Retention;

public sealed class RetentionOptionsTests
{
    [Theory]
    [InlineData("Retention:Pictures", "1.00:00:00", "Retention:Pictures must be at least 7 days")]
    [InlineData("Retention:Audit", "50000.00:00:00", "Retention:Audit must be at least 90 days and at most 36500")]
    [InlineData("Retention:People", "soon", "must be a time, as 90.00:00:00 for 90 days, or never")]
    [InlineData("Privacy:Notice", "javascript:alert(1)", "Privacy:Notice must be an address")]
    public async Task A_time_that_does_not_fit_stops_the_start(string key, string value, string words)
    {
        await using var web = new WebServer(new Uri("http://127.0.0.1:1"), (key, value));

        var refused = Assert.ThrowsAny<Exception>(() => web.StartServer());

        Assert.Contains(words, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_never_to_go_stays_and_administrators_see_beforehand_what_goes_and_run_it()
    {
        await using var web = new WebServer(new Uri("http://127.0.0.1:1"), ("Retention:Pictures", "never"), ("Retention:Audit", "90.00:00:00"));
        using var admin = new Visit(web.Address) { Cookie = (await web.SignInAsync(AccountRole.Admin)).Value };
        using (var scope = web.Services.CreateScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
            db.AuditEntries.Add(new AuditEntry { At = DateTime.UtcNow.AddDays(-100), AccountId = "a", Action = "long.ago" });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        Assert.Null(web.Services.GetRequiredService<IOptions<RetentionOptions>>().Value.Pictures.Time);
        var page = await admin.GetAsync("/retention");
        Assert.Contains("until somebody deletes it", page.Text, StringComparison.Ordinal);
        Assert.Contains("<td data-purpose=\"audit\">1</td>", page.Text, StringComparison.Ordinal);

        (await admin.PostAsync("/retention?handler=Run", [], page: "/retention")).Leads("/retention?asked=1");

        await Eventually.TrueAsync(async () => (await admin.GetAsync("/retention")).Text.Contains("audit 1", StringComparison.Ordinal), "the page says what the run did");
        Assert.Contains("<td data-purpose=\"audit\">0</td>", (await admin.GetAsync("/retention")).Text, StringComparison.Ordinal);
    }
}
