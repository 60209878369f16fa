using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>Tests that a page can give its camera back whatever has become of its sign-in.</summary>
public sealed class GivingBackTests : WebTest
{
    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public Task A_camera_is_given_back_by_a_page_with_an_invalid_cookie(string cookie) => GiveBackBothWaysAsync(Web, cookie);

    [Fact]
    public async Task A_camera_comes_back_without_a_cookie_and_with_one_whose_time_is_over()
    {
        var account = await AccountSite.AddAsync(Web);
        var expired = await Web.SignInAsync(account, age: TimeSpan.FromHours(13));
        var old = await Web.SignInAsync(account, age: TimeSpan.FromHours(11));
        await using (var scope = Web.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<AttendanceDb>().Users.Where(each => each.Id == account.Id).ExecuteDeleteAsync(Cancel);
        }

        await GiveBackBothWaysAsync(Web, null);
        await GiveBackBothWaysAsync(Web, expired.Value);
        await GiveBackBothWaysAsync(Web, old.Value);
        await GiveBackBothWaysAsync(Web, await CookieOfAnotherWebAsync());
    }

    [Fact]
    public async Task A_camera_comes_back_although_a_password_must_be_changed_first()
    {
        var account = await AccountSite.AddAsync(Web, mustChange: true);

        await GiveBackBothWaysAsync(Web, (await Web.SignInAsync(account)).Value);
    }

    [Fact]
    public async Task A_camera_comes_back_although_the_file_of_the_database_is_gone()
    {
        var elsewhere = Web.DataFolder + ".gone";
        var cookies = await CookiesAsync(Web);
        Directory.Move(Web.DataFolder, elsewhere);
        try
        {
            SqliteConnection.ClearAllPools(); // an open connection would keep the deleted file
            await AssertTroubleAsync(Web, cookies[0]);

            foreach (var cookie in cookies)
            {
                await GiveBackBothWaysAsync(Web, cookie);
            }
        }
        finally
        {
            Directory.Move(elsewhere, Web.DataFolder);
        }

        using var visit = new Visit(Web.Address) { Cookie = cookies[0] };
        Assert.Equal(HttpStatusCode.OK, (await visit.GetAsync("/")).Status);
    }

    [Fact]
    public async Task A_camera_comes_back_although_the_database_server_was_stopped()
    {
        await using var postgres = new PostgresServer();
        await postgres.InitializeAsync();
        await using var web = new WebServer(Api.Address, ("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(Cancel)));
        var cookies = await CookiesAsync(web);
        using var before = new Visit(web.Address) { Cookie = cookies[0] };
        Assert.Equal(HttpStatusCode.OK, (await before.GetAsync("/")).Status);

        await postgres.DisposeAsync();

        await AssertTroubleAsync(web, cookies[0]);
        foreach (var cookie in cookies)
        {
            await GiveBackBothWaysAsync(web, cookie);
        }
    }

    /// <summary>Sign-ins that must be checked in the database before they count, except to give a camera back.</summary>
    private static async Task<string?[]> CookiesAsync(WebServer web)
    {
        var account = await AccountSite.AddAsync(web);
        return
        [
            (await web.SignInAsync(account, age: TimeSpan.FromHours(11))).Value,
            (await web.SignInAsync(account, age: TimeSpan.FromHours(13))).Value,
            await CookieOfAnotherWebAsync(),
            "garbage",
            null,
        ];
    }

    /// <summary>A cookie encrypted under a key that this process does not have. It is looked up nevertheless.</summary>
    private static async Task<string> CookieOfAnotherWebAsync()
    {
        await using var other = new WebServer(new("http://127.0.0.1:1"));
        return (await other.SignInAsync()).Value;
    }

    private static async Task AssertTroubleAsync(WebServer web, string? cookie)
    {
        using var visit = new Visit(web.Address) { Cookie = cookie };

        var page = await visit.GetAsync("/");
        page.Says(HttpStatusCode.ServiceUnavailable, "Something went wrong on our side");
        Assert.NotNull(page.Response.Headers.RetryAfter);

        var api = await visit.GetAsync("/api/cameras");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, api.Status);
        Assert.NotNull(api.Response.Headers.RetryAfter);
        Assert.Equal("application/problem+json", api.Response.Content.Headers.ContentType?.MediaType);
        Assert.False(api.Response.Headers.Contains("Set-Cookie")); // a sign-in that could not be checked is not renewed
    }

    private async Task GiveBackBothWaysAsync(WebServer web, string? cookie)
    {
        using var client = web.Client(cookie is null ? null : new SignIn(cookie));
        var byLease = await Api.HoldByAnotherAsync("demo");

        using var released = await client.DeleteAsync(new Uri($"/api/leases/{byLease.LeaseId}", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
        Assert.Equal("client", (await Api.EndOfAsync(byLease)).Reason);
        var bySession = await Api.HoldByAnotherAsync("demo");
        var goodbye = new JsonObject { ["session_id"] = bySession.SessionId, ["reason"] = "page_hide" };
        using var beacon = new StringContent(goodbye.ToJsonString(), Encoding.UTF8, "text/plain");

        using var cleaned = await client.PostAsync(new Uri("/api/camera/cleanup", UriKind.Relative), beacon, Cancel);

        Assert.Equal(HttpStatusCode.OK, cleaned.StatusCode);
        Assert.Equal("page_hide", (await Api.EndOfAsync(bySession)).Reason);
        Assert.False(cleaned.Headers.Contains("Set-Cookie"));
    }
}
