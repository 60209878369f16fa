using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Accounts.OpenId;

/// <summary>Remembers the logout tokens that have ended sessions, in all processes and until they expire. Somebody who has a copy of one cannot end the sessions of later.</summary>
internal sealed class SpentLogoutTokens(AttendanceDb db, TimeProvider clock)
{
    public Task<bool> HasAsync(LogoutNotice notice, CancellationToken cancellationToken) => db.SpentLogoutTokens.AnyAsync(token => token.Key == notice.Key, cancellationToken);

    /// <summary>Remembers a token. Call it after its sessions have ended: a provider that could not end them sends the token again.</summary>
    public async Task AddAsync(LogoutNotice notice, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await db.SpentLogoutTokens.Where(token => token.Until < now).ExecuteDeleteAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""INSERT INTO spent_logout_tokens ("Key", "Until") VALUES ({notice.Key}, {notice.Until}) ON CONFLICT ("Key") DO NOTHING""", cancellationToken);
    }
}
