using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>
/// One Web for all tests of a class; each test has accounts of its own. Accounts are checked at every request, passwords are
/// hashed with few iterations, and no attempt is slowed down.
/// </summary>
public sealed class AccountSite : IAsyncLifetime
{
    public const string Password = "a password to begin with";

    private RealCameraApi? _api;
    private WebServer? _web;

    internal RealCameraApi Api => _api!;

    internal WebServer Web => _web!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal static Action<IServiceCollection> Adjust => services => services
        .Configure<SecurityStampValidatorOptions>(stamp => stamp.ValidationInterval = TimeSpan.Zero)
        .Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1000);

    public async ValueTask InitializeAsync()
    {
        _api = await CameraApis.BorrowAsync(Cancel);
        _web = new WebServer(_api.Address, ("Accounts:AttemptsPerMinute", "10000")) { Adjust = Adjust };
        _web.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        if (_api is not null)
        {
            await _api.DisposeAsync();
        }
    }

    /// <summary>Adds an account that no other test uses.</summary>
    internal Task<Account> AddAsync(AccountRole role = AccountRole.Operator, bool mustChange = false) => AddAsync(Web, role, mustChange);

    internal static async Task<Account> AddAsync(WebServer web, AccountRole role = AccountRole.Operator, bool mustChange = false)
    {
        web.StartServer();
        await using var scope = web.Services.CreateAsyncScope();
        var account = new Account { UserName = $"{role}.{Guid.NewGuid():N}", Role = role, MustChangePassword = mustChange };
        Assert.True((await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(account, Password)).Succeeded);
        return account;
    }

    internal async Task<Account?> FindAsync(string id)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AttendanceDb>().Users.FindAsync([id], Cancel);
    }

    /// <summary>Returns a browser in which nobody is signed in.</summary>
    internal Visit Visit() => new(Web.Address);

    /// <summary>Returns a browser in which this account is signed in. The caller disposes of it.</summary>
    internal async Task<Visit> VisitAsync(Account account)
    {
        var visit = Visit();
        var signedIn = await visit.SignInAsync(account.UserName!, Password);
        signedIn.Leads(account.MustChangePassword ? "/account/password?return=%2F" : "/");
        return visit;
    }
}
