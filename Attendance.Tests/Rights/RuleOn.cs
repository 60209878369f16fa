using Attendance.Tests.Hosts;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Rights;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Rights;

/// <summary>Writes rules and teams as the pages of an administrator do.</summary>
internal static class RuleOn
{
    public static async Task SetAsync(WebServer web, string camera, string? watch = null, string? borrow = null, string? publish = null)
    {
        Assert.True(CameraPattern.TryParse(camera, out var pattern));
        await using var scope = web.Services.CreateAsyncScope();
        Assert.Equal(RuleOutcome.Saved, await scope.ServiceProvider.GetRequiredService<RuleStore>().SetAsync(
            new RightsRule(pattern, Read(watch), Read(borrow), Read(publish)), "test-account", TestContext.Current.CancellationToken));
    }

    public static async Task<string> TeamsAsync(WebServer web, string userName, params string[] teams)
    {
        await using var scope = web.Services.CreateAsyncScope();
        var account = scope.ServiceProvider.GetRequiredService<AttendanceDb>().Users.Single(each => each.UserName == userName);
        Assert.True(await scope.ServiceProvider.GetRequiredService<TeamStore>().SetAsync(account.Id, teams, "test-account", TestContext.Current.CancellationToken));
        scope.ServiceProvider.GetRequiredService<CurrentRights>().Forget();
        return account.Id;
    }

    private static Grant? Read(string? text)
    {
        Assert.True(Grant.TryRead(text, out var grant));
        return grant;
    }
}
