using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

/// <summary>
/// Triggers by which the database refuses to delete a check-in or an entry of the audit, whoever writes to it: these go with their person,
/// or by retention, whose transaction holds a <see cref="RetentionPermit"/> and deletes what is older than that says. They are made at each
/// start if they are missing, because a migration that rebuilds a table of SQLite drops its triggers.
/// </summary>
internal static class RecordGuard
{
    public const string CheckIns = "check_ins", Audit = "audit";

    /// <summary>The name of the triggers. Another rule needs another name.</summary>
    private const string Name = "delete_guard_1";

    private const long Lock = 0x41747447; // any number that nothing else locks

    /// <summary>By table, when a row of it may not be deleted.</summary>
    private static readonly (string Table, string Refused)[] s_rules =
    [
        ("check_ins", $"""
            EXISTS (SELECT 1 FROM people WHERE "Id" = OLD."PersonId")
            AND NOT EXISTS (SELECT 1 FROM retention_permits WHERE "Purpose" = '{CheckIns}' AND OLD."At" < "Before")
            """),
        ("check_in_sessions", $"""
            EXISTS (SELECT 1 FROM check_ins WHERE "Id" = OLD."EventId")
            AND NOT EXISTS (SELECT 1 FROM retention_permits JOIN check_ins ON check_ins."Id" = OLD."EventId" WHERE "Purpose" = '{CheckIns}' AND check_ins."At" < "Before")
            """),
        ("audit_entries", $"""
            (OLD."PersonId" IS NULL OR EXISTS (SELECT 1 FROM people WHERE "Id" = OLD."PersonId"))
            AND NOT EXISTS (SELECT 1 FROM retention_permits WHERE "Purpose" = '{Audit}' AND OLD."At" < "Before")
            """),
    ];

    public static async Task MakeAsync(AttendanceDb db, CancellationToken cancellationToken)
    {
        var isSqlite = db is SqliteAttendanceDb;
        if (await CountAsync(db, isSqlite, cancellationToken) == s_rules.Length)
        {
            return;
        }

        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!isSqlite)
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Lock})", cancellationToken); // of several replicas, one after the other
        }

        foreach (var (table, refused) in s_rules)
        {
            var words = $"a row of {table} is deleted with its person or by retention only";
#pragma warning disable EF1002 // all of it is written above
            await db.Database.ExecuteSqlRawAsync(
                isSqlite
                    ? $"CREATE TRIGGER IF NOT EXISTS {table}_{Name} BEFORE DELETE ON {table} WHEN {refused} BEGIN SELECT RAISE(ABORT, '{words}'); END;"
                    : $"""
                        CREATE OR REPLACE FUNCTION {table}_{Name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused} THEN RAISE EXCEPTION '{words}'; END IF; RETURN OLD; END $$;
                        DROP TRIGGER IF EXISTS {Name} ON {table};
                        CREATE TRIGGER {Name} BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_{Name}();
                        """,
                cancellationToken);
#pragma warning restore EF1002
        }

        await change.CommitAsync(cancellationToken);
    }

    private static Task<int> CountAsync(AttendanceDb db, bool isSqlite, CancellationToken cancellationToken) => (isSqlite
        ? db.Database.SqlQuery<int>($"""SELECT count(*) AS "Value" FROM sqlite_master WHERE type = 'trigger' AND name LIKE {"%_" + Name}""")
        : db.Database.SqlQuery<int>($"""SELECT count(*)::int AS "Value" FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = {Name} AND relnamespace = current_schema()::regnamespace""")).SingleAsync(cancellationToken);
}
