using Attendance.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Schedules;

/// <summary>Makes the sessions of all schedules at start, and again every <see cref="ScheduleOptions.MadeEvery"/>.</summary>
internal sealed partial class SessionMaker(
    IServiceScopeFactory scopes, IOptions<ScheduleOptions> options, TimeProvider clock, ILogger<SessionMaker> logger) : BackgroundService
{
    private readonly RepeatedFailure _failure = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.MadeEvery, clock);
        do
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<SessionUpkeep>().MakeAllAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested) // whatever it is: it must not stop Web, which lends cameras
            {
                if (_failure.IsNew(exception))
                {
                    LogNotMade(exception.Message); // the next round makes them: sessions are made weeks ahead
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "The sessions of the schedules could not be made, and are tried again later: {Error}")]
    private partial void LogNotMade(string error);
}
