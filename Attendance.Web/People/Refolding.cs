using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.People;

/// <summary>
/// Updates the search keys of people who were stored by an earlier version of <see cref="Writing"/>. This cannot be done by a database
/// statement, because each database folds letters in its own way.
/// </summary>
internal sealed partial class Refolding(IServiceScopeFactory scopes, ILogger<Refolding> logger) : IHostedService
{
    private const int AtOnce = 200;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var (last, folded) = (Guid.Empty, 0);
        while (true)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
            var old = await db.People.Where(person => person.FoldVersion < Person.CurrentFold && person.Id > last)
                .OrderBy(person => person.Id).Take(AtOnce).ToListAsync(cancellationToken);
            if (old.Count == 0)
            {
                break;
            }

            foreach (var person in old)
            {
                var key = Writing.Key(person.Number);
                var isTaken = key.Length > Person.NumberLength
                    || await db.People.AnyAsync(other => other.NumberKey == key && other.Id != person.Id, cancellationToken);
                if (isTaken)
                {
                    LogTaken(person.Id); // both numbers stay as they are, and people decide which one is right
                }

                person.Refold(isTaken ? person.NumberKey : key);
            }

            await SaveAsync(db, cancellationToken);
            (last, folded) = (old[^1].Id, folded + old.Count);
        }

        if (folded > 0)
        {
            LogFolded(folded);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task SaveAsync(AttendanceDb db, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Another replica does the same, or somebody edits one of these people. The rest is updated at the next start.
        }
    }

    [LoggerMessage(LogLevel.Information, "The search keys of {People} people were recomputed")]
    private partial void LogFolded(int people);

    [LoggerMessage(LogLevel.Warning, "The number of person {PersonId} looks like that of another person. Check both")]
    private partial void LogTaken(Guid personId);
}
