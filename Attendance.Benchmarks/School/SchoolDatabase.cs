using Attendance.Web.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Attendance.Benchmarks.School;

/// <summary>Fills a database with a school year: people and sessions as Web stores them, check-ins as fast as the database takes them.</summary>
internal static class SchoolDatabase
{
    private const string Columns = "\"Id\", \"PersonId\", \"At\", \"RecordedAt\", \"Method\", \"Place\", \"KioskId\", \"AccountId\", \"States\", \"Reason\", \"Evidence\"";

    /// <returns>How many sessions and how many check-ins there are.</returns>
    public static async Task<(int Sessions, int Events)> FillAsync(SchoolYear year, Func<AttendanceDb> open, CancellationToken cancellationToken)
    {
        await using (var db = open())
        {
            await db.Database.MigrateAsync(cancellationToken);
            db.AddRange(year.AllPeople);
            db.AddRange(year.AllGroups);
            db.AddRange(year.Memberships);
            db.AddRange(year.AllSchedules);
            await db.SaveChangesAsync(cancellationToken);
        }

        var members = year.Memberships.ToLookup(each => each.GroupId, each => each.PersonId);
        var (count, recorded) = (0, 0);
        foreach (var month in year.Days.Chunk(20))
        {
            await using var db = open();
            var sessions = month.SelectMany(year.SessionsOf).ToList();
            db.AddRange(sessions);
            await db.SaveChangesAsync(cancellationToken);
            count += sessions.Count;
            var now = TimeProvider.System.GetUtcNow().UtcDateTime;
            var events = sessions.SelectMany(session => year.EventsOf(session, members[session.Groups[0].GroupId]).Where(each => each.At <= now), (session, each) => (each, session.Id)).ToList();
            recorded += events.Count;
            if (db is SqliteAttendanceDb)
            {
                await InsertAsync((SqliteConnection)db.Database.GetDbConnection(), events, cancellationToken);
            }
            else
            {
                await CopyAsync((NpgsqlConnection)db.Database.GetDbConnection(), events, cancellationToken);
            }
        }

        return (count, recorded);
    }

    private static object?[] ValuesOf(CheckInEvent each) =>
        [each.Id, each.PersonId, each.At, each.RecordedAt, each.Method.ToString(), each.Place, each.KioskId, each.AccountId, each.States?.ToString(), each.Reason, each.Evidence];

    private static async Task InsertAsync(SqliteConnection connection, List<(CheckInEvent Event, Guid SessionId)> events, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken);
        await using var transaction = connection.BeginTransaction();
        await using var insert = Prepared($"INSERT INTO check_ins ({Columns}) VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", 11);
        await using var link = Prepared("INSERT INTO check_in_sessions (\"EventId\", \"SessionId\") VALUES ($0, $1)", 2);
        foreach (var (each, session) in events)
        {
            Run(insert, ValuesOf(each));
            Run(link, [each.Id, session]);
        }

        await transaction.CommitAsync(cancellationToken);

        SqliteCommand Prepared(string text, int parameters)
        {
            var command = new SqliteCommand(text, connection, transaction);
            for (var i = 0; i < parameters; i++)
            {
                command.Parameters.Add(new SqliteParameter($"${i}", null));
            }

            return command;
        }

        static void Run(SqliteCommand command, object?[] values)
        {
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }

            command.ExecuteNonQuery();
        }
    }

    private static async Task CopyAsync(NpgsqlConnection connection, List<(CheckInEvent Event, Guid SessionId)> events, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken);
        await using (var copy = await connection.BeginBinaryImportAsync($"COPY check_ins ({Columns}) FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            foreach (var (each, _) in events)
            {
                await copy.WriteRowAsync(cancellationToken, ValuesOf(each)!);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await using (var copy = await connection.BeginBinaryImportAsync("COPY check_in_sessions (\"EventId\", \"SessionId\") FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            foreach (var (each, session) in events)
            {
                await copy.WriteRowAsync(cancellationToken, each.Id, session);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await using var analyze = new NpgsqlCommand("ANALYZE", connection);
        await analyze.ExecuteNonQueryAsync(cancellationToken);
    }
}
