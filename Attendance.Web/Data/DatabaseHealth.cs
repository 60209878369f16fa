using Attendance.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.Web.Data;

/// <summary>Checks whether the database works. Logs only changes, because platforms ask every few seconds.</summary>
internal sealed partial class DatabaseHealth(IServiceScopeFactory scopes, ILogger<DatabaseHealth> logger) : IHealthCheck
{
    private const string Away = "The database does not answer: nobody can sign in or enroll.";
    private const string Full = "Nothing can be written in the folder of the database, perhaps because its disk is full: nobody can sign in or enroll.";

    private readonly RepeatedFailure _failure = new();

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        var trouble = !await db.Database.CanConnectAsync(cancellationToken) ? Away : await IsWritableAsync(db, cancellationToken) ? null : Full;
        if (trouble is not null)
        {
            if (_failure.IsNew(trouble))
            {
                LogTrouble(trouble);
            }

            return HealthCheckResult.Unhealthy(trouble);
        }

        if (_failure.IsOver())
        {
            LogBack();
        }

        return HealthCheckResult.Healthy();
    }

    /// <summary>Checks SQLite only. PostgreSQL reports a full disk itself, at the first change.</summary>
    private static async Task<bool> IsWritableAsync(AttendanceDb db, CancellationToken cancellationToken)
    {
        try
        {
            if (db is SqliteAttendanceDb)
            {
                await DataFiles.TryWriteAsync(DataFiles.PathOf(db), cancellationToken);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "{Trouble}")]
    private partial void LogTrouble(string trouble);

    [LoggerMessage(LogLevel.Information, "The database works again")]
    private partial void LogBack();
}
