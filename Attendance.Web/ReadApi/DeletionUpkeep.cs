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

    private readonly RepeatedFailure _failure = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, clock);
        do
        {
            try
            {
                var old = clock.GetUtcNow().UtcDateTime - options.Value.DeletionsKept;
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<AttendanceDb>().Deletions.Where(each => each.At < old).ExecuteDeleteAsync(stoppingToken);
                _failure.IsOver();
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested) // whatever it is: it must not stop Web, and is tried again
            {
                if (_failure.IsNew(exception))
                {
                    LogNotForgotten(exception.GetType().Name);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "The ids of what was deleted long ago are forgotten later: {Error}")]
    private partial void LogNotForgotten(string error);
}
