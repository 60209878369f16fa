using System.Net;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts;

public sealed partial class AccountsPageTests(AccountSite site) : IClassFixture<AccountSite>
{
    private const string Chosen = "a sentence of one's own";

    [Fact]
    public async Task An_admin_adds_an_operator_whose_password_is_shown_once()
    {
        using var admin = await AdminAsync();
        var name = NewName();

        var added = await AddAsync(admin, name);

        added.Says(HttpStatusCode.OK, "and then chooses another");
        var password = PasswordIn(added);
        Assert.DoesNotContain(password, (await admin.GetAsync("/accounts")).Text, StringComparison.Ordinal);
        using var visit = site.Visit();
        (await visit.SignInAsync(name, password)).Leads("/account/password?return=%2F");
        (await visit.GetAsync("/people")).Leads("/account/password");
        (await visit.ChangePasswordAsync(password, Chosen)).Leads("/");
        Assert.Equal(HttpStatusCode.OK, (await visit.GetAsync("/people")).Status);
        Assert.DoesNotContain("href=\"/accounts\"", (await visit.GetAsync("/people")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_admin_adds_another_admin()
    {
        using var admin = await AdminAsync();
        var name = NewName();

        var password = PasswordIn(await AddAsync(admin, name, isAdmin: true));

        using var visit = site.Visit();
        await visit.SignInAsync(name, password);
        await visit.ChangePasswordAsync(password, Chosen);
        (await visit.GetAsync("/accounts")).Says(HttpStatusCode.OK, "This is you");
    }

    [Fact]
    public async Task Another_password_ends_old_sessions_and_lifts_a_lock()
    {
        using var admin = await AdminAsync();
        var account = await site.AddAsync();
        using var old = await site.VisitAsync(account);
        using var guesser = site.Visit();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await guesser.SignInAsync(account.UserName!, "wrong");
        }

        (await admin.GetAsync("/accounts")).Says(HttpStatusCode.OK, "Locked temporarily");

        var password = PasswordIn(await PostAsync(admin, "Reset", account.Id));

        Assert.Equal(HttpStatusCode.Unauthorized, (await old.GetAsync("/api/cameras")).Status);
        using var visit = site.Visit();
        (await visit.SignInAsync(account.UserName!, AccountSite.Password)).Says(HttpStatusCode.OK, "is wrong");
        (await visit.SignInAsync(account.UserName!, password)).Leads("/account/password?return=%2F");
    }

    [Fact]
    public async Task A_new_password_starts_the_count_of_wrong_attempts_anew()
    {
        using var admin = await AdminAsync();
        var account = await site.AddAsync();
        using var visit = site.Visit();
        for (var attempt = 0; attempt < 4; attempt++)
        {
            await visit.SignInAsync(account.UserName!, "wrong");
        }

        var password = PasswordIn(await PostAsync(admin, "Reset", account.Id));

        await visit.SignInAsync(account.UserName!, "mistyped");
        (await visit.SignInAsync(account.UserName!, password)).Leads("/account/password?return=%2F");
    }

    [Fact]
    public async Task A_deleted_account_is_signed_out()
    {
        using var admin = await AdminAsync();
        var account = await site.AddAsync();
        using var old = await site.VisitAsync(account);
        Assert.Equal(HttpStatusCode.OK, (await old.GetAsync("/")).Status);

        (await PostAsync(admin, "Delete", account.Id)).Leads("/accounts");

        Assert.StartsWith("/sign-in", (await old.GetAsync("/")).Location, StringComparison.Ordinal);
        (await old.GetAsync("/sign-in")).Says(HttpStatusCode.OK, "Sign in");
        (await old.SignInAsync(account.UserName!, AccountSite.Password)).Says(HttpStatusCode.OK, "is wrong");
        Assert.DoesNotContain(account.UserName!, (await admin.GetAsync("/accounts")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_deletes_the_account_that_they_use()
    {
        var account = await site.AddAsync(AccountRole.Admin);
        using var admin = await site.VisitAsync(account);

        (await PostAsync(admin, "Delete", account.Id)).Says(HttpStatusCode.OK, "You cannot delete the account that you are using.");

        Assert.NotNull(await site.FindAsync(account.Id));
    }

    [Theory]
    [InlineData("Reset", "")]
    [InlineData("Reset", "no-such-account")]
    [InlineData("Reset", null)]
    [InlineData("Delete", "")]
    [InlineData("Delete", "no-such-account")]
    [InlineData("Delete", null)]
    public async Task An_action_on_a_missing_account_does_not_fail(string handler, string? id)
    {
        using var admin = await AdminAsync();

        var answer = await PostAsync(admin, handler, id);

        Assert.True(answer.Status is HttpStatusCode.Redirect or HttpStatusCode.OK, $"{answer.Status}: {answer.Text}");
    }

    [Theory]
    [InlineData("", "Enter a user name.")]
    [InlineData("x", "must be 2 to 64 letters")]
    [InlineData("two words", "must be 2 to 64 letters")]
    [InlineData("-begins-badly", "must be 2 to 64 letters")]
    [InlineData("<script>alert(1)</script>", "must be 2 to 64 letters")]
    [InlineData("Zoë.Müller", "must be 2 to 64 letters")]
    [InlineData("a123456789b123456789c123456789d123456789e123456789f123456789g1234", "must be 2 to 64 letters")]
    public async Task An_invalid_account_name_is_refused_with_an_explanation(string name, string words)
    {
        using var admin = await AdminAsync();

        using var raw = await SignIn.PostFormAsync(
            admin.Client, "/accounts?handler=Add", new() { ["UserName"] = name }, TestContext.Current.CancellationToken, "/accounts");

        var text = await raw.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", text, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"password\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    public async Task A_checkbox_with_an_invalid_value_adds_no_account_and_the_page_is_shown_again(string box)
    {
        using var admin = await AdminAsync();
        var name = NewName();

        var answer = await admin.PostAsync("/accounts?handler=Add", new() { ["UserName"] = name, ["IsAdmin"] = box }, "/accounts");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.DoesNotContain($"<th scope=\"row\">{name}", answer.Text, StringComparison.Ordinal);
        Assert.Contains($"value=\"{name}\"", answer.Text, StringComparison.Ordinal);
    }

    /// <summary>The framework's tag helper of a checkbox throws if the page shows a value again that is no Boolean.</summary>
    [Fact]
    public void No_page_renders_a_checkbox_with_the_tag_helper()
    {
        var properties = typeof(SignInModel).Assembly.GetTypes().SelectMany(type => type.GetProperties())
            .Where(property => property.PropertyType == typeof(bool)).Select(property => property.Name).ToHashSet();
        var pages = Directory.EnumerateFiles(Repository.PathOf("Attendance.Web"), "*.cshtml", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(pages);
        Assert.DoesNotContain(
            pages.SelectMany(page => Regex.Matches(File.ReadAllText(page), "<input[^>]*asp-for=\"([A-Za-z.]+)\"")),
            match => properties.Contains(match.Groups[1].Value.Split('.')[^1]));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_with_words()
    {
        using var admin = await AdminAsync();
        var account = await site.AddAsync();

        (await AddAsync(admin, account.UserName!.ToUpperInvariant())).Says(HttpStatusCode.OK, "is already taken");
    }

    [Fact]
    public async Task A_name_that_several_add_at_once_is_added_once()
    {
        using var admin = await AdminAsync();
        for (var round = 0; round < 4; round++)
        {
            var name = NewName();

            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AddAsync(admin, name)));

            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
            Assert.Single(answers, answer => ShownPassword().IsMatch(answer.Text));
            Assert.Equal(3, answers.Count(answer => answer.Text.Contains("is already taken", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_name_is_text_whatever_it_looks_like()
    {
        const string name = "<b onclick=alert(1)>\"Bobby\"</b>";
        using var admin = await AdminAsync();
        await using (var scope = site.Web.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
            db.Users.Add(new Account { UserName = name, NormalizedUserName = name }); // written into the database, because the page would refuse it
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var page = await admin.Client.GetStringAsync(new Uri("/accounts", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Contains("Bobby", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b onclick", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Bobby\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_may_not_look_after_accounts()
    {
        var account = await site.AddAsync();
        using var visit = await site.VisitAsync(account);
        using var admin = await AdminAsync();
        var other = await site.AddAsync();
        var name = NewName();

        (await visit.GetAsync("/accounts")).Says(HttpStatusCode.Forbidden, "Not for this account");
        foreach (var (handler, id) in new[] { ("Add", ""), ("Reset", other.Id), ("Delete", other.Id), ("Reset", account.Id), ("", "") })
        {
            // The token is valid, and of a page that the operator may see.
            var refused = await visit.PostAsync($"/accounts?handler={handler}", new() { ["UserName"] = name, ["IsAdmin"] = "true", ["id"] = id }, page: "/account");
            refused.Says(HttpStatusCode.Forbidden, "Not for this account");
        }

        Assert.NotNull(await site.FindAsync(other.Id));
        Assert.Equal(other.PasswordHash, (await site.FindAsync(other.Id))!.PasswordHash);
        Assert.DoesNotContain(name, (await admin.GetAsync("/accounts")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Add")]
    [InlineData("Reset")]
    [InlineData("Delete")]
    public async Task A_form_without_the_pages_token_changes_no_account(string handler)
    {
        using var admin = await AdminAsync();
        var account = await site.AddAsync();

        var refused = await admin.PostBareAsync($"/accounts?handler={handler}", new() { ["UserName"] = NewName(), ["id"] = account.Id });

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(account.PasswordHash, (await site.FindAsync(account.Id))!.PasswordHash);
    }

    private static string NewName() => $"new.{Guid.NewGuid():N}";

    private async Task<Visit> AdminAsync() => await site.VisitAsync(await site.AddAsync(AccountRole.Admin));

    private static Task<Answer> AddAsync(Visit admin, string name, bool isAdmin = false) =>
        admin.PostAsync("/accounts?handler=Add", new() { ["UserName"] = name, ["IsAdmin"] = isAdmin ? "true" : "false" }, page: "/accounts");

    private static Task<Answer> PostAsync(Visit admin, string handler, string? id) =>
        admin.PostAsync($"/accounts?handler={handler}", id is null ? [] : new() { ["id"] = id }, page: "/accounts");

    private static string PasswordIn(Answer page)
    {
        var shown = ShownPassword().Match(page.Text);
        Assert.True(shown.Success, page.Text);
        return shown.Groups[1].Value;
    }

    [GeneratedRegex("id=\"password\">([a-z0-9]{5}(?:-[a-z0-9]{5}){3})<")]
    private static partial Regex ShownPassword();
}
