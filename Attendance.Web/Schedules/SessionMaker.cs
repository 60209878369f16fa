using Attendance.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Schedules;

/// <summary>Makes the sessions of all schedules at start, and again every <see cref="ScheduleOptions.MadeEvery"/>.</summary>
internal sealed partial class SessionMaker(
    IServiceScopeFactory scopes, IOptions<ScheduleOptions> options, TimeProvider clock, ILogger<SessionMaker> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        RepeatedWork.RunAsync(MakeAsync, options.Value.MadeEvery, clock, failure => LogNotMade(failure.Message), stoppingToken); // in time: sessions are made weeks ahead

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SessionUpkeep>().MakeAllAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The sessions of the schedules could not be made, and are tried again later: {Error}")]
    private partial void LogNotMade(string error);
}
