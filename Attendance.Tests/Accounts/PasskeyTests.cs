using System.Net;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>Tests what passkeys refuse. That one signs in is tested in a browser.</summary>
public sealed class PasskeyTests(AccountSite site) : IClassFixture<AccountSite>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"id":"AA","rawId":"AA","type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}""")]
    public async Task What_is_no_passkey_signs_nobody_in(string credential)
    {
        using var visit = site.Visit();
        await visit.GetAsync("/sign-in?handler=PasskeyOptions");

        foreach (var _ in (int[])[1, 2]) // with the page's question, and without it: a question is answered once
        {
            (await visit.PostAsync("/sign-in?handler=Passkey", new() { ["credential"] = credential }, "/sign-in")).Says(HttpStatusCode.OK, "This passkey does not sign anybody in here");
        }

        Assert.Null(visit.Cookie);
    }

    [Theory]
    [InlineData("", "Give the passkey a name")]
    [InlineData("My\u202ephone", "Give the passkey a name")]
    [InlineData("My phone", "could not be added")]
    public async Task What_cannot_be_added_is_refused_with_words(string name, string words)
    {
        var account = await site.AddAsync();
        using var visit = await site.VisitAsync(account);
        var question = await visit.GetAsync("/account?handler=PasskeyOptions");
        Assert.Contains("\"userVerification\":\"required\"", question.Text, StringComparison.Ordinal);
        Assert.True(question.Response.Headers.CacheControl!.NoStore);

        (await visit.PostAsync("/account?handler=AddPasskey", new() { ["name"] = name, ["credential"] = "{}" }, "/account")).Says(HttpStatusCode.OK, words);

        Assert.Equal(HttpStatusCode.BadRequest, (await visit.PostBareAsync("/account?handler=AddPasskey", new() { ["name"] = name, ["credential"] = "{}" })).Status);
    }

    [Fact]
    public async Task Nobody_removes_a_passkey_of_another_account_and_another_password_removes_all()
    {
        var (account, stranger, admin) = (await site.AddAsync(), await site.AddAsync(), await site.AddAsync(AccountRole.Admin));
        await DbAsync(db =>
        {
            db.UserPasskeys.Add(new AccountPasskey { CredentialId = Guid.NewGuid().ToByteArray(), UserId = account.Id, Data = new() { PublicKey = [1], Name = "My key", AttestationObject = [1], ClientDataJson = [1] } });
            return db.SaveChangesAsync(Cancel);
        });
        using var owner = await site.VisitAsync(account);
        var page = await owner.GetAsync("/account");
        page.Says(HttpStatusCode.OK, "My key");
        var reference = page.Text.Split("name=\"passkey\" value=\"")[1].Split('"')[0];
        using var other = await site.VisitAsync(stranger);

        (await other.PostAsync("/account?handler=RemovePasskey", new() { ["passkey"] = reference }, "/account")).Leads("/account");
        Assert.Equal(1, await CountAsync());

        using var visit = await site.VisitAsync(admin);
        (await visit.PostAsync("/accounts?handler=Reset", new() { ["id"] = account.Id }, "/accounts")).Says(HttpStatusCode.OK, "and then chooses another");
        Assert.Equal(0, await CountAsync());

        Task<int> CountAsync() => DbAsync(db => db.UserPasskeys.CountAsync(each => each.UserId == account.Id, Cancel));
    }

    private async Task<T> DbAsync<T>(Func<AttendanceDb, Task<T>> ask)
    {
        await using var scope = site.Web.Services.CreateAsyncScope();
        return await ask(scope.ServiceProvider.GetRequiredService<AttendanceDb>());
    }
}
