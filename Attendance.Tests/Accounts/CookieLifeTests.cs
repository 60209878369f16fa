using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>Tests when a sign-in is renewed and when it ends. Accounts are checked once a minute, as in production.</summary>
public sealed class CookieLifeTests : WebTest
{
    private const string Renewed = "attendance=Cf"; // everything that the framework encrypts begins with it

    [Fact]
    public async Task A_sign_in_that_is_used_is_prolonged_and_not_at_every_request()
    {
        using var visit = new Visit(Web.Address);
        visit.Cookie = (await Web.SignInAsync(await AccountSite.AddAsync(Web), age: TimeSpan.FromHours(11))).Value;

        Assert.Contains(CookiesOf(await visit.GetAsync("/")), cookie => cookie.StartsWith(Renewed, StringComparison.Ordinal));
        Assert.DoesNotContain(CookiesOf(await visit.GetAsync("/")), cookie => cookie.StartsWith(Renewed, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sign_in_that_was_not_used_is_over()
    {
        using var visit = new Visit(Web.Address);
        visit.Cookie = (await Web.SignInAsync(await AccountSite.AddAsync(Web), age: TimeSpan.FromHours(12.1))).Value;

        Assert.Equal(HttpStatusCode.Unauthorized, (await visit.GetAsync("/api/cameras")).Status);
    }

    [Fact]
    public async Task A_deleted_account_is_signed_out_within_a_minute()
    {
        var account = await AccountSite.AddAsync(Web);
        using var visit = new Visit(Web.Address) { Cookie = (await Web.SignInAsync(account, age: TimeSpan.FromSeconds(61))).Value };
        await DeleteAsync(account);

        Assert.StartsWith("/sign-in", (await visit.GetAsync("/")).Location, StringComparison.Ordinal);
        Assert.Null(visit.Cookie);
    }

    [Fact]
    public async Task A_public_endpoint_does_not_renew_a_deleted_accounts_cookie()
    {
        var account = await AccountSite.AddAsync(Web);
        var old = (await Web.SignInAsync(account, age: TimeSpan.FromHours(11))).Value;
        await DeleteAsync(account);

        foreach (var open in (string[])["/alive", "/health", "/sign-in", "/trouble/404"])
        {
            using var visit = new Visit(Web.Address) { Cookie = old };

            Assert.DoesNotContain(CookiesOf(await visit.GetAsync(open)), cookie => cookie.StartsWith(Renewed, StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.Unauthorized, (await visit.GetAsync("/api/cameras")).Status);
        }
    }

    private async Task DeleteAsync(Account account)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AttendanceDb>().Users.Where(each => each.Id == account.Id).ExecuteDeleteAsync(Cancel);
    }

    private static IEnumerable<string> CookiesOf(Answer answer) =>
        answer.Response.Headers.TryGetValues("Set-Cookie", out var values) ? values : [];
}
