using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.ReadApi;

/// <summary>Forgets also the ids of what was deleted, once every reader had the time to ask for them.</summary>
internal sealed partial class DeletionUpkeep(
    IServiceScopeFactory scopes, IOptions<ReadApiOptions> options, TimeProvider clock, ILogger<DeletionUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        RepeatedWork.RunAsync(ForgetAsync, s_every, clock, failure => LogNotForgotten(failure.GetType().Name), stoppingToken);

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var old = clock.GetUtcNow().UtcDateTime - options.Value.DeletionsKept;
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AttendanceDb>().Deletions.Where(each => each.At < old).ExecuteDeleteAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The ids of what was deleted long ago are forgotten later: {Error}")]
    private partial void LogNotForgotten(string error);
}
