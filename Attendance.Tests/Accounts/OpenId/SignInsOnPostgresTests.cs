using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts.OpenId;

/// <summary>Tests on PostgreSQL what the database decides: whose name is free, which sessions end, and how passkeys are stored.</summary>
public sealed class SignInsOnPostgresTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Accounts_of_a_provider_sessions_and_passkeys_are_kept_and_go()
    {
        await using var site = new OpenIdSite();
        await site.InitializeAsync();
        await using var web = site.NewWeb(("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(Cancel)));
        using var admin = new Visit(web.Address) { Cookie = (await web.SignInAsync(AccountRole.Admin)).Value };
        site.Provider.Client = web.Address;
        await AccountSite.AddAsync(web);
        string[] logins = [site.AddPerson("ada"), site.AddPerson("ADA"), site.AddPerson("ada")];
        var visits = logins.Concat(logins).Select(login => (Login: login, Visit: new Visit(web.Address))).ToList();

        var answers = await Task.WhenAll(visits.Select(each => site.SignInAsync(each.Visit, each.Login)));

        Assert.All(answers, answer => answer.Leads("/people"));
        var accounts = await DbAsync(db => (
            from login in db.UserLogins
            join account in db.Users on login.UserId equals account.Id
            select new { login.ProviderKey, account.Id, account.NormalizedUserName }).ToListAsync(Cancel));
        Assert.Equal(["ADA", "ADA-2", "ADA-3"], accounts.Select(each => each.NormalizedUserName!).Order(StringComparer.Ordinal));

        var first = accounts.Single(each => each.ProviderKey == logins[0]).Id;
        Assert.Equal(2, await SessionsAsync());
        (await visits[0].Visit.PostAsync("/account?handler=EndOthers", [], "/account")).Leads("/account");
        Assert.Equal(1, await SessionsAsync());

        await DbAsync(db =>
        {
            db.UserPasskeys.Add(new AccountPasskey
            {
                CredentialId = [1, 2, 3], UserId = first, UsedAt = DateTime.UtcNow,
                Data = new() { PublicKey = [1], Name = "My key", AttestationObject = [1], ClientDataJson = [1], CreatedAt = DateTimeOffset.UtcNow, Transports = ["internal"] },
            });
            return db.SaveChangesAsync(Cancel);
        });
        Assert.Equal("My key", (await DbAsync(db => db.UserPasskeys.SingleAsync(each => each.CredentialId == new byte[] { 1, 2, 3 }, Cancel))).Data.Name);

        (await admin.PostAsync("/accounts?handler=Delete", new() { ["id"] = first }, "/accounts")).Leads("/accounts");

        Assert.Equal((0, 0), (await SessionsAsync(), await DbAsync(db => db.UserPasskeys.CountAsync(Cancel))));
        Assert.Equal(2, await DbAsync(db => db.UserLogins.CountAsync(Cancel)));
        Assert.DoesNotContain(web.Logs.GetSnapshot(), record => record.Message.Contains("remains in the files", StringComparison.Ordinal));
        Assert.StartsWith("/sign-in", (await visits[3].Visit.GetAsync("/account")).Location, StringComparison.Ordinal);
        var token = site.Provider.LogoutToken(each => each["sub"] = logins[1]);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (await LogOutAsync(), await LogOutAsync()));
        visits.ForEach(each => each.Visit.Dispose());

        async Task<HttpStatusCode> LogOutAsync()
        {
            using var client = web.Client();
            using var form = new FormUrlEncodedContent([new("logout_token", token)]);
            using var answer = await client.PostAsync(new Uri("/signin-oidc/backchannel-logout", UriKind.Relative), form, Cancel);
            return answer.StatusCode;
        }

        Task<int> SessionsAsync() => DbAsync(db => db.SignInSessions.CountAsync(each => each.AccountId == first, Cancel));

        async Task<T> DbAsync<T>(Func<AttendanceDb, Task<T>> ask)
        {
            await using var scope = web.Services.CreateAsyncScope();
            return await ask(scope.ServiceProvider.GetRequiredService<AttendanceDb>());
        }
    }
}
