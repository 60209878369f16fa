using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Attendance.Tests.Accounts;

public sealed class PasswordTests(AccountSite site) : IClassFixture<AccountSite>
{
    private const string Chosen = "a sentence of one's own";

    [Fact]
    public async Task A_password_set_by_somebody_else_must_be_changed_before_anything_else()
    {
        using var visit = await site.VisitAsync(await site.AddAsync(mustChange: true));
        foreach (var page in (string[])["/", "/people", "/account", "/cameras/demo"])
        {
            (await visit.GetAsync(page)).Leads("/account/password");
        }

        foreach (var address in (string[])["/api/cameras", "/api/camera/status", $"/api/people/{Guid.NewGuid()}/shots", "/api/nothing"])
        {
            var refused = await visit.GetAsync(address);
            Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
            Assert.Equal("password_must_be_changed", (string?)JsonNode.Parse(refused.Text)!["code"]);
        }

        (await visit.PostBareAsync("/people/new", [])).Leads("/account/password");
        (await visit.GetAsync("/account/password")).Says(HttpStatusCode.OK, "Choose a password of your own");

        (await visit.ChangePasswordAsync(AccountSite.Password, Chosen)).Leads("/");

        Assert.Equal(HttpStatusCode.OK, (await visit.GetAsync("/people")).Status);
        Assert.Equal(HttpStatusCode.OK, (await visit.GetAsync("/api/cameras")).Status);
    }

    [Theory]
    [InlineData("not the one", Chosen, Chosen, "This is not the password that you have now")]
    [InlineData("", Chosen, Chosen, "Enter the password that you have now.")]
    [InlineData(AccountSite.Password, "", "", "Enter a new password.")]
    [InlineData(AccountSite.Password, "eleven char", "eleven char", "A password has 12 to 256 characters.")]
    [InlineData(AccountSite.Password, "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "at least 5 different characters")]
    [InlineData(AccountSite.Password, AccountSite.Password, AccountSite.Password, "Choose another password than the one you have.")]
    [InlineData(AccountSite.Password, Chosen, "something else", "This is not the same password.")]
    [InlineData(AccountSite.Password, Chosen, "", "Enter the new password once more.")]
    public async Task An_unacceptable_password_is_refused_with_an_explanation(string current, string chosen, string again, string words)
    {
        var account = await site.AddAsync(mustChange: true);
        using var visit = await site.VisitAsync(account);

        var refused = await visit.ChangePasswordAsync(current, chosen, again);

        refused.Says(HttpStatusCode.OK, words);
        Assert.DoesNotContain($"value=\"{Chosen}\"", refused.Text, StringComparison.Ordinal);
        (await visit.GetAsync("/people")).Leads("/account/password");
        (await site.VisitAsync(account)).Dispose(); // the old one still holds
    }

    [Fact]
    public async Task A_password_may_be_long_but_not_endless()
    {
        using var visit = await site.VisitAsync(await site.AddAsync());
        var longest = string.Concat(Enumerable.Repeat("16 characters.. ", 16));

        (await visit.ChangePasswordAsync(AccountSite.Password, longest + "!")).Says(HttpStatusCode.OK, "A password has 12 to 256 characters.");
        (await visit.ChangePasswordAsync(AccountSite.Password, longest)).Leads("/");
    }

    [Fact]
    public async Task Another_password_ends_every_other_session_of_the_account()
    {
        var account = await site.AddAsync();
        using var here = await site.VisitAsync(account);
        using var elsewhere = await site.VisitAsync(account);
        using var copy = site.Visit();
        copy.Cookie = here.Cookie;
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/")).Status);

        (await here.ChangePasswordAsync(AccountSite.Password, Chosen)).Leads("/");

        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/")).Status);
        Assert.StartsWith("/sign-in", (await elsewhere.GetAsync("/")).Location, StringComparison.Ordinal);
        Assert.Null(elsewhere.Cookie);
        Assert.Equal(HttpStatusCode.Unauthorized, (await copy.GetAsync("/api/cameras")).Status);
        using var old = site.Visit();
        (await old.SignInAsync(account.UserName!, AccountSite.Password)).Says(HttpStatusCode.OK, "is wrong");
        (await old.SignInAsync(account.UserName!, Chosen)).Leads("/");
    }

    [Fact]
    public async Task The_password_cannot_be_guessed_at_a_page_that_was_left_open()
    {
        var account = await site.AddAsync();
        using var visit = await site.VisitAsync(account);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            (await visit.ChangePasswordAsync($"guess number {attempt}", Chosen)).Says(HttpStatusCode.OK, "This is not the password");
        }

        (await visit.ChangePasswordAsync(AccountSite.Password, Chosen)).Says(HttpStatusCode.OK, "locked for a while");
        (await visit.PostAsync("/account", [])).Leads("/sign-in");
        (await visit.SignInAsync(account.UserName!, AccountSite.Password)).Says(HttpStatusCode.OK, "The user name or the password is wrong.");
    }

    [Fact]
    public async Task A_form_without_the_pages_token_changes_no_password()
    {
        var account = await site.AddAsync();
        using var visit = await site.VisitAsync(account);

        var refused = await visit.PostBareAsync(
            "/account/password", new() { ["Current"] = AccountSite.Password, ["New"] = Chosen, ["Again"] = Chosen });

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await visit.PostBareAsync("/account", [])).Status); // a form without the token signs nobody out either
        (await site.VisitAsync(account)).Dispose();
    }
}
