using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Attendance.Web.Data;

/// <summary>The database for several replicas of Web, or for a site that already runs PostgreSQL.</summary>
internal sealed class PostgresAttendanceDb(DbContextOptions<PostgresAttendanceDb> options) : AttendanceDb(options)
{
    /// <summary>Vacuums the tables, because deleted rows stay in their pages until then.</summary>
    protected override async Task<bool> TrySweepAsync()
    {
        await Database.ExecuteSqlRawAsync("VACUUM people, shots, shot_pictures, shot_templates, accounts, sign_in_counts, sign_in_sessions, account_passkeys, \"AspNetUserLogins\", account_teams, memberships, check_ins, check_in_sessions, person_codes, code_counts, audit_entries, face_doubts, kiosks, contacts, notifications, mails, webhook_messages, webhook_dispatches, phones, phone_pairings, sessions, session_groups, person_holds, privacy_links, privacy_requests, retention_runs, import_sources, import_items");
        return true;
    }

    public override bool IsDuplicate(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}
