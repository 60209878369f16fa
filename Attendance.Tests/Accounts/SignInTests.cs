using System.Net;
using System.Text;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Accounts;

public sealed class SignInTests(AccountSite site) : IClassFixture<AccountSite>
{
    private const string Refused = "The user name or the password is wrong.";
    private static readonly Uri s_nowhere = new("http://127.0.0.1:1");

    [Fact]
    public async Task Whoever_knows_the_password_is_in_until_signing_out()
    {
        var account = await site.AddAsync();
        using var visit = await site.VisitAsync(account);
        (await visit.GetAsync("/")).Says(HttpStatusCode.OK, account.UserName!);
        (await visit.GetAsync("/sign-in?return=%2Fpeople")).Leads("/people");

        (await visit.PostAsync("/account", [])).Leads("/sign-in");

        Assert.Null(visit.Cookie);
        Assert.StartsWith("/sign-in", (await visit.GetAsync("/")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_and_a_wrong_password_are_refused_with_the_same_words()
    {
        var account = await site.AddAsync();
        using var visit = site.Visit();

        var wrong = await visit.SignInAsync(account.UserName!, "not the password");
        wrong.Says(HttpStatusCode.OK, Refused);
        foreach (var nobody in (string[])["nobody.of.that.name", "<b>nobody</b>", "two words", new string('x', 5000)])
        {
            var unknown = await visit.SignInAsync(nobody, "not the password");

            Assert.Equal(wrong.Status, unknown.Status);
            Assert.Equal(WithoutForm(wrong.Text, account.UserName!), WithoutForm(unknown.Text, nobody));
        }

        Assert.Null(visit.Cookie);
    }

    [Fact]
    public async Task A_form_that_cannot_be_read_is_refused_as_what_it_is()
    {
        using var visit = site.Visit();

        (await visit.SignInAsync("nobody\0", "not the password")).Says(HttpStatusCode.BadRequest, "That did not work");
        (await visit.PostBareAsync("/sign-in", new() { ["status"] = "599" })).Says(HttpStatusCode.BadRequest, "That did not work");
    }

    [Theory]
    [InlineData("", "something long", "Enter your user name.")]
    [InlineData("someone", "", "Enter your password.")]
    public async Task A_missing_name_or_password_is_named(string userName, string password, string words)
    {
        using var visit = site.Visit();

        (await visit.SignInAsync(userName, password)).Says(HttpStatusCode.OK, words);
    }

    [Fact]
    public async Task After_several_wrong_passwords_the_right_one_does_not_help_for_a_while()
    {
        var hashes = new CountedHasher();
        await using var web = new WebServer(
            s_nowhere, ("Accounts:WrongPasswords", "3"), ("Accounts:LockedFor", "00:00:05"), ("Accounts:AttemptsPerMinute", "10000"))
        {
            Adjust = AccountSite.Adjust + (services => services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<Account>>(hashes))),
        };
        var account = await AccountSite.AddAsync(web);
        using var visit = new Visit(web.Address);
        await visit.SignInAsync("nobody", "not the password"); // the hash for unknown names is made at the first attempt
        for (var attempt = 0; attempt < 3; attempt++)
        {
            Assert.Equal(1, await hashes.CountAsync(async () => (await visit.SignInAsync(account.UserName!, "wrong")).Says(HttpStatusCode.OK, Refused)));
        }

        // It takes as much work as an unknown name, so the time does not reveal that the account exists.
        Assert.Equal(1, await hashes.CountAsync(
            async () => (await visit.SignInAsync(account.UserName!, AccountSite.Password)).Says(HttpStatusCode.OK, Refused)));
        Assert.Equal(1, await hashes.CountAsync(async () => await visit.SignInAsync("nobody", "not the password")));
        Assert.Null(visit.Cookie);

        var start = TimeProvider.System.GetTimestamp();
        while ((await visit.SignInAsync(account.UserName!, AccountSite.Password)).Status != HttpStatusCode.Redirect)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "Locked for longer than was said.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task An_address_that_tries_too_often_has_to_wait_also_with_the_right_password()
    {
        await using var web = new WebServer(s_nowhere, ("Accounts:AttemptsPerMinute", "2")) { Adjust = AccountSite.Adjust };
        var account = await AccountSite.AddAsync(web);
        using var visit = new Visit(web.Address);
        await visit.SignInAsync(account.UserName!, "wrong");
        await visit.SignInAsync("nobody", "wrong");

        var refused = await visit.SignInAsync(account.UserName!, AccountSite.Password);

        refused.Says(HttpStatusCode.TooManyRequests, "Too many attempts");
        Assert.InRange(refused.Response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Null(visit.Cookie);
        Assert.Equal(HttpStatusCode.OK, (await visit.GetAsync("/sign-in")).Status); // looking at the form is no attempt
    }

    [Theory]
    [InlineData("/people", "/people")]
    [InlineData("/people?page=2", "/people?page=2")]
    [InlineData("/é", "/%C3%A9")]
    [InlineData("/people?x=\ud83d\ude00", "/people?x=%F0%9F%98%80")]
    [InlineData("", "/")]
    [InlineData("//evil.test", "/")]
    [InlineData("///evil.test", "/")]
    [InlineData("/\\evil.test", "/")]
    [InlineData("\\\\evil.test", "/")]
    [InlineData("https://evil.test", "/")]
    [InlineData("https:evil.test", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("evil.test", "/")]
    [InlineData("/\t/evil.test", "/")]
    [InlineData("/\n/evil.test", "/")]
    [InlineData(" //evil.test", "/")]
    [InlineData("~//evil.test", "/")]
    [InlineData("~/\\evil.test", "/")]
    public async Task Signing_in_redirects_only_within_this_site(string wanted, string expected)
    {
        var account = await site.AddAsync();
        var stranger = await site.AddAsync(mustChange: true);
        using var byAddress = site.Visit();
        using var byForm = site.Visit();
        using var forced = site.Visit();
        var page = $"/sign-in?return={Uri.EscapeDataString(wanted)}";

        (await byAddress.SignInAsync(account.UserName!, AccountSite.Password, page)).Leads(expected);
        (await byForm.PostAsync("/sign-in", new() { ["UserName"] = account.UserName!, ["Password"] = AccountSite.Password, ["return"] = wanted }))
            .Leads(expected);
        (await byForm.GetAsync(page)).Leads(expected);
        (await forced.SignInAsync(stranger.UserName!, AccountSite.Password, page)).Leads($"/account/password?return={Uri.EscapeDataString(expected)}");
        const string chosen = "another password";
        (await forced.PostAsync($"/account/password?return={Uri.EscapeDataString(wanted)}", new()
        {
            ["Current"] = AccountSite.Password, ["New"] = chosen, ["Again"] = chosen, ["return"] = wanted,
        })).Leads(expected);
    }

    [Theory]
    [InlineData("%2F%2Fevil.test")]
    [InlineData("/%2Fevil.test")]
    [InlineData("/%5Cevil.test")]
    public async Task A_place_that_is_encoded_twice_stays_encoded(string wanted)
    {
        var account = await site.AddAsync();
        using var visit = site.Visit();

        var signedIn = await visit.SignInAsync(account.UserName!, AccountSite.Password, $"/sign-in?return={Uri.EscapeDataString(wanted)}");

        Assert.Equal(site.Web.Address.Authority, new Uri(site.Web.Address, signedIn.Location).Authority);
        Assert.DoesNotMatch(@"^[/\\]{2}", signedIn.Location!);
    }

    [Fact]
    public async Task The_cookie_is_for_requests_of_ours_only_and_tells_nothing()
    {
        var account = await site.AddAsync(AccountRole.Admin);
        using var visit = site.Visit();

        var signedIn = await visit.SignInAsync(account.UserName!, AccountSite.Password);

        var cookie = signedIn.Response.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("attendance=", StringComparison.Ordinal));
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; path=/", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires=", cookie, StringComparison.OrdinalIgnoreCase); // it ends with the browser's session
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        var value = visit.Cookie!;
        var readable = Encoding.Latin1.GetString(Convert.FromBase64String(
            value.Replace('-', '+').Replace('_', '/').PadRight((value.Length + 3) / 4 * 4, '=')));
        Assert.All(
            [account.UserName!, account.Id, nameof(AccountRole.Admin), account.SecurityStamp!],
            secret => Assert.DoesNotContain(secret, value + readable, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_cookie_that_was_changed_signs_nobody_in()
    {
        using var visit = await site.VisitAsync(await site.AddAsync());
        var value = visit.Cookie!;
        var middle = value.Length / 2;

        visit.Cookie = value[..middle] + (value[middle] == 'A' ? 'B' : 'A') + value[(middle + 1)..];

        Assert.StartsWith("/sign-in", (await visit.GetAsync("/")).Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Forwarded_headers_of_a_proxy_count_only_if_enabled(bool isSet, bool isSecure)
    {
        await using var web = new WebServer(s_nowhere, ("FORWARDEDHEADERS_ENABLED", isSet ? "true" : "false"), ("Accounts:AttemptsPerMinute", "1"))
        {
            Adjust = AccountSite.Adjust,
        };
        var account = await AccountSite.AddAsync(web);

        using var first = await SignInFromAsync("203.0.113.1");
        using var second = await SignInFromAsync("203.0.113.2");

        var cookie = first.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("attendance=", StringComparison.Ordinal));
        Assert.Equal(isSecure, cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(isSet ? HttpStatusCode.Redirect : HttpStatusCode.TooManyRequests, second.StatusCode); // if enabled, attempts are limited by the forwarded address

        async Task<HttpResponseMessage> SignInFromAsync(string address)
        {
            using var visit = new Visit(web.Address);
            visit.Client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
            visit.Client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
            using var form = await visit.Client.GetAsync(new Uri("/sign-in", UriKind.Relative), TestContext.Current.CancellationToken);
            var values = new Dictionary<string, string>
            {
                ["UserName"] = account.UserName!,
                ["Password"] = AccountSite.Password,
                ["__RequestVerificationToken"] = SignIn.TokenIn(await form.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)),
            };
            using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = new FormUrlEncodedContent(values) };

            // A secure cookie is not kept for a plain address by this client, nor by a browser: behind a proxy the address is not plain.
            var token = form.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("attendance-form=", StringComparison.Ordinal));
            Assert.Equal(isSecure, token.Contains("; secure", StringComparison.OrdinalIgnoreCase));
            request.Headers.Add("Cookie", token[..token.IndexOf(';', StringComparison.Ordinal)]);
            return await visit.Client.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_form_without_the_pages_token_signs_nobody_in()
    {
        var account = await site.AddAsync();
        using var visit = site.Visit();

        var refused = await visit.PostBareAsync("/sign-in", new() { ["UserName"] = account.UserName!, ["Password"] = AccountSite.Password });

        refused.Says(HttpStatusCode.BadRequest, "That did not work");
        Assert.Null(visit.Cookie);
    }

    [Fact]
    public async Task No_name_password_or_cookie_reaches_a_log()
    {
        await using var web = new WebServer(s_nowhere, ("Accounts:WrongPasswords", "2")) { Adjust = AccountSite.Adjust };
        var account = await AccountSite.AddAsync(web);
        using var visit = new Visit(web.Address);
        await visit.SignInAsync("Nobody.Of.Note", "a guess at nothing");
        await visit.SignInAsync(account.UserName!, AccountSite.Password);
        var cookie = visit.Cookie!;
        await visit.PostBareAsync("/account", []);
        await visit.ChangePasswordAsync("a wrong guess", "the chosen password");
        await visit.ChangePasswordAsync(AccountSite.Password, "the chosen password");
        visit.Cookie = "garbage-cookie";
        await visit.GetAsync("/");
        await visit.SignInAsync(account.UserName!, "a wrong guess");
        await visit.SignInAsync(account.UserName!, "a wrong guess");
        await visit.SignInAsync(account.UserName!, "the chosen password");

        var said = string.Join('\n', web.Logs.GetSnapshot().Select(record =>
            $"{record.Message} {record.Exception} {string.Join(' ', record.StructuredState ?? [])} {string.Join(' ', record.Scopes)}"));
        Assert.All(
            ["signed in", "A sign-in named an account that does not exist", "changed its password", "wrong password", "locked"],
            words => Assert.Contains(words, said, StringComparison.Ordinal));
        Assert.All(
            [account.UserName!, "Nobody.Of.Note", AccountSite.Password, "a guess", "a wrong guess", "the chosen password", cookie[..40], "garbage-cookie"],
            secret => Assert.DoesNotContain(secret, said, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Removes what may differ between two answers: the name that was sent, and the page's token.</summary>
    private static string WithoutForm(string page, string userName) =>
        page.Replace(userName, "NAME", StringComparison.Ordinal).Replace(SignIn.TokenIn(page), "TOKEN", StringComparison.Ordinal);

    private sealed class CountedHasher : IPasswordHasher<Account>
    {
        private readonly PasswordHasher<Account> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 1000 }));
        private int _hashed;

        public string HashPassword(Account user, string password)
        {
            Interlocked.Increment(ref _hashed);
            return _hasher.HashPassword(user, password);
        }

        public PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
        {
            Interlocked.Increment(ref _hashed);
            return _hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }

        public async Task<int> CountAsync(Func<Task> what)
        {
            var before = Volatile.Read(ref _hashed);
            await what();
            return Volatile.Read(ref _hashed) - before;
        }
    }
}
