using System.Net;
using System.Text.Json.Nodes;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.Accounts;

public sealed class FirstAdminTests(AccountSite site) : IClassFixture<AccountSite>
{
    private const string Password = "Accounts:FirstAdmin:Password";
    private const string Given = "given by the AppHost", Chosen = "chosen by its owner";
    private static readonly Uri s_nowhere = new("http://127.0.0.1:1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_admin_is_made_once_and_can_be_given_another_password()
    {
        await using var first = Start((Password, Given));
        using var atFirst = new Visit(first.Address);
        (await atFirst.SignInAsync("admin", Given)).Leads("/account/password?return=%2F");
        (await atFirst.ChangePasswordAsync(Given, Chosen)).Leads("/");
        (await atFirst.GetAsync("/accounts")).Says(HttpStatusCode.OK, "This is you");
        Assert.Equal("""{"user_name":"admin","created":true}""", await FirstAsync(first));

        await using var second = Start((Password, "generated anew at the next start"), ("Data:Folder", first.DataFolder));
        using var atSecond = new Visit(second.Address);
        Assert.Equal("""{"user_name":"admin","created":false}""", await FirstAsync(second));
        (await atSecond.SignInAsync("admin", "generated anew at the next start")).Says(HttpStatusCode.OK, "is wrong");
        (await atSecond.SignInAsync("admin", Chosen)).Leads("/");

        const string reset = "for whoever lost theirs";
        await using var third = Start((Password, reset), ("Accounts:FirstAdmin:Reset", "true"), ("Data:Folder", first.DataFolder));
        using var atThird = new Visit(third.Address) { Cookie = atSecond.Cookie };
        Assert.Equal("""{"user_name":"admin","created":true}""", await FirstAsync(third));
        Assert.Equal(HttpStatusCode.Unauthorized, (await atThird.GetAsync("/api/cameras")).Status); // signed in by the lost password
        (await atThird.SignInAsync("admin", Chosen)).Says(HttpStatusCode.OK, "is wrong");
        (await atThird.SignInAsync("ADMIN", reset)).Leads("/account/password?return=%2F");

        foreach (var record in first.Logs.GetSnapshot().Concat(second.Logs.GetSnapshot()).Concat(third.Logs.GetSnapshot()))
        {
            Assert.All([Given, Chosen, reset, "generated anew"], secret => Assert.DoesNotContain(secret, record.Message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_reset_lifts_a_lock()
    {
        await using var first = Start((Password, Given), ("Accounts:WrongPasswords", "1"));
        using var atFirst = new Visit(first.Address);
        await atFirst.SignInAsync("admin", "wrong");
        (await atFirst.SignInAsync("admin", Given)).Says(HttpStatusCode.OK, "is wrong");

        await using var second = Start((Password, Given), ("Accounts:FirstAdmin:Reset", "true"), ("Data:Folder", first.DataFolder));
        using var atSecond = new Visit(second.Address);

        (await atSecond.SignInAsync("admin", Given)).Leads("/account/password?return=%2F");
    }

    [Fact]
    public async Task Without_a_password_no_admin_is_created_and_the_log_says_so()
    {
        await using var web = Start((Password, null));

        Assert.Equal("""{"user_name":"admin","created":false}""", await FirstAsync(web));
        Assert.Contains(web.Logs.GetSnapshot(), record => record.Message.Contains(Password, StringComparison.Ordinal));
        using var visit = new Visit(web.Address);
        (await visit.SignInAsync("admin", "anything at all")).Says(HttpStatusCode.OK, "is wrong");
    }

    [Fact]
    public async Task A_weak_first_password_stops_the_start_and_is_not_in_the_error()
    {
        await using var web = new WebServer(s_nowhere, (Password, "xxxxxxxxxxxxxxx"));

        var error = Assert.Throws<InvalidOperationException>(web.StartServer);

        Assert.Contains("Accounts:FirstAdmin", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("xxxxx", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    [InlineData(TestSecrets.ApiKey + ", " + TestSecrets.ApiKey)]
    public async Task Only_the_holder_of_the_key_is_told_whether_the_first_admin_was_created(string? key)
    {
        using var refused = await AskAsync(site.Web, key);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.DoesNotContain("admin", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_configured_key_nobody_is_told_about_the_first_admin()
    {
        await using var web = Start((Password, Given), ("environment", "Development"), ("Security:ApiKey", ""));

        using var without = await AskAsync(web, null);
        using var empty = await AskAsync(web, "");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (without.StatusCode, empty.StatusCode));
    }

    private static WebServer Start(params (string, string?)[] settings)
    {
        var web = new WebServer(s_nowhere, settings) { Adjust = AccountSite.Adjust };
        web.StartServer();
        return web;
    }

    private static async Task<HttpResponseMessage> AskAsync(WebServer web, string? key)
    {
        using var client = web.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/accounts/first");
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Api-Key", key);
        }

        return await client.SendAsync(request, Cancel);
    }

    private static async Task<string> FirstAsync(WebServer web)
    {
        using var response = await AskAsync(web, TestSecrets.ApiKey);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!.ToJsonString();
    }
}
