using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts.OpenId;

/// <summary>A provider, and a Web that signs in there. Each test has people of its own.</summary>
public sealed class OpenIdSite : IAsyncLifetime
{
    internal const string Admins = "attendance-admins", Operators = "attendance", Name = "Example School";

    internal OpenIdHost Provider { get; } = new();

    internal WebServer Web { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Provider.StartAsync();
        Web = NewWeb();
        Web.StartServer();
        Provider.Client = Web.Address;
    }

    public async ValueTask DisposeAsync()
    {
        await Web.DisposeAsync();
        await Provider.DisposeAsync();
    }

    internal WebServer NewWeb(params (string Key, string? Value)[] settings) => new(new Uri("http://127.0.0.1:1"), [
        ("environment", "Development"),
        ("Accounts:AttemptsPerMinute", "10000"),
        ("Accounts:CheckedEvery", "00:00:00.2"),
        ("OpenIdConnect:Authority", Provider.Address.ToString()),
        ("OpenIdConnect:ClientId", OpenIdHost.ClientId),
        ("OpenIdConnect:ClientSecret", OpenIdHost.ClientSecret),
        ("OpenIdConnect:Name", Name),
        ("OpenIdConnect:RoleClaim", "roles"),
        ("OpenIdConnect:AdminValues:0", Admins),
        ("OpenIdConnect:OperatorValues:0", Operators),
        ("OpenIdConnect:GroupsClaim", "groups"),
        ("OpenIdConnect:RequireRole", "true"),
        .. settings]);

    /// <summary>Adds somebody who has an account at the provider, with the role of an operator.</summary>
    /// <returns>What they log in with there.</returns>
    internal string AddPerson(string? userName = null, string[]? roles = null, string[]? groups = null)
    {
        var subject = Guid.NewGuid().ToString();
        Provider.People[subject] = new(subject, userName ?? $"person.{subject[..8]}", roles ?? [Operators], groups, Session: Guid.NewGuid().ToString());
        return subject;
    }

    /// <summary>Signs in at the provider in this browser.</summary>
    /// <returns>What Web answers when the browser comes back.</returns>
    internal async Task<Answer> SignInAsync(Visit visit, string login, string page = "/sign-in?handler=OpenId&return=%2Fpeople") =>
        await visit.GetAsync((await BackAsync(visit, login, page)).PathAndQuery);

    /// <summary>Signs in at the provider, and returns where the browser is sent back to.</summary>
    internal async Task<Uri> BackAsync(Visit visit, string login, string page = "/sign-in?handler=OpenId&return=%2Fpeople")
    {
        var challenge = await visit.GetAsync(page);
        Assert.True(challenge.Status == HttpStatusCode.Redirect, challenge.Text);
        return await Provider.LogInAsync(challenge.Location!, login);
    }

    internal Visit Visit() => new(Web.Address);

    /// <summary>Returns the account of somebody at the provider, or null if there is none.</summary>
    internal Task<Account?> FindAsync(string subject) => DbAsync(async db =>
        await db.UserLogins.SingleOrDefaultAsync(login => login.ProviderKey == subject, Cancel) is { } login ? await db.Users.SingleAsync(account => account.Id == login.UserId, Cancel) : null);

    internal async Task<T> DbAsync<T>(Func<AttendanceDb, Task<T>> ask)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        return await ask(scope.ServiceProvider.GetRequiredService<AttendanceDb>());
    }
}
