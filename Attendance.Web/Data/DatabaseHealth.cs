using Attendance.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.Web.Data;

/// <summary>Looks whether the database answers, and logs when that changes: platforms ask every few seconds.</summary>
internal sealed partial class DatabaseHealth(IServiceScopeFactory scopes, ILogger<DatabaseHealth> logger) : IHealthCheck
{
    private const string Away = "The database does not answer: nobody can sign in or enroll.";

    private readonly RepeatedFailure _failure = new();

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (!await scope.ServiceProvider.GetRequiredService<AttendanceDb>().Database.CanConnectAsync(cancellationToken))
        {
            if (_failure.IsNew(Away))
            {
                LogAway();
            }

            return HealthCheckResult.Unhealthy(Away);
        }

        if (_failure.IsOver())
        {
            LogBack();
        }

        return HealthCheckResult.Healthy();
    }

    [LoggerMessage(LogLevel.Error, Away)]
    private partial void LogAway();

    [LoggerMessage(LogLevel.Information, "The database answers again")]
    private partial void LogBack();
}
