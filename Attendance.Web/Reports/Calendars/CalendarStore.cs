using System.Security.Cryptography;
using System.Text;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Reports.Calendars;

/// <param name="Of">The group or the place that it has the sessions of, or null if it has all.</param>
/// <param name="CreatedBy">The user name of the account that made it, or null if the account was deleted.</param>
internal sealed record CalendarRow(Guid Id, string? Of, DateTime CreatedAt, string? CreatedBy, DateTime? UsedAt);

/// <summary>Keeps the calendars, and knows the one that a token opens. The token has 256 random bits, so a plain hash of it will do.</summary>
internal sealed partial class CalendarStore(AttendanceDb db, AuditLog audit, TimeProvider clock, ILogger<CalendarStore> logger)
{
    private const int TokenBytes = 32, LongestToken = 100;

    /// <summary>How far back a calendar goes, and how many sessions it has at most.</summary>
    public const int DaysBack = 14, Most = 5000;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task<IReadOnlyList<CalendarRow>> ListAsync(CancellationToken cancellationToken) => await (
        from feed in db.CalendarFeeds
        join one in db.Groups on feed.GroupId equals one.Id into groups
        from one in groups.DefaultIfEmpty()
        join account in db.Users on feed.CreatedBy equals account.Id into accounts
        from account in accounts.DefaultIfEmpty()
        orderby feed.CreatedAt, feed.Id
        select new CalendarRow(
            feed.Id, one != null ? one.Name : feed.Place, feed.CreatedAt, account == null ? null : account.UserName, feed.UsedAt)).ToListAsync(cancellationToken);

    /// <returns>The token, which cannot be shown again, or null if there is no such group.</returns>
    public async Task<string?> AddAsync(Guid? groupId, string? place, string accountId, CancellationToken cancellationToken)
    {
        if (groupId is { } id && !await db.Groups.AnyAsync(group => group.Id == id, cancellationToken))
        {
            return null;
        }

        var token = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(TokenBytes));
        var feed = new CalendarFeed { TokenHash = HashOf(token), GroupId = groupId, Place = place, PlaceKey = Places.Key(place), CreatedAt = Now, CreatedBy = accountId };
        db.CalendarFeeds.Add(feed);
        audit.Add(accountId, new("calendar.added", feed.Id, Detail: groupId is not null ? $"group {groupId}" : place is not null ? $"place {place}" : "all sessions"));
        await db.SaveChangesAsync(cancellationToken);
        LogAdded(feed.Id, accountId);
        return token;
    }

    /// <summary>Ends a calendar. It is safe to repeat.</summary>
    public async Task RevokeAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        if (await audit.DeleteAsync(db.CalendarFeeds.Where(feed => feed.Id == id), accountId, new("calendar.revoked", id), cancellationToken))
        {
            LogRevoked(id, accountId);
        }
    }

    /// <returns>The calendar that a token opens, or null if it opens none, or none any more.</returns>
    public async Task<CalendarFeed?> OpenAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length > LongestToken)
        {
            return null;
        }

        var (hash, hour) = (HashOf(token), UtcTime.HourOf(Now));
        var feed = await db.CalendarFeeds.AsNoTracking().SingleOrDefaultAsync(each => each.TokenHash == hash, cancellationToken);
        if (feed is not null && (feed.UsedAt is not { } used || used < hour))
        {
            await db.CalendarFeeds.Where(each => each.Id == feed.Id).ExecuteUpdateAsync(each => each.SetProperty(one => one.UsedAt, hour), cancellationToken);
        }

        return feed;
    }

    /// <summary>Reads the sessions of a calendar, also those that were cancelled, from two weeks ago on.</summary>
    public Task<List<Session>> SessionsAsync(CalendarFeed feed, CancellationToken cancellationToken)
    {
        var from = DateOnly.FromDateTime(Now).AddDays(-DaysBack);
        var sessions = db.Sessions.AsNoTracking().Where(session => session.Day >= from);
        if (feed.GroupId is { } groupId)
        {
            sessions = sessions.Where(session => session.Groups.Any(link => link.GroupId == groupId));
        }

        if (feed.PlaceKey is { } place)
        {
            sessions = sessions.Where(session => session.PlaceKey == place);
        }

        return sessions.OrderBy(session => session.StartsAt).ThenBy(session => session.Id).Take(Most).ToListAsync(cancellationToken);
    }

    private static string HashOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    [LoggerMessage(LogLevel.Information, "Calendar {CalendarId} added by account {AccountId}")]
    private partial void LogAdded(Guid calendarId, string accountId);

    [LoggerMessage(LogLevel.Information, "Calendar {CalendarId} revoked by account {AccountId}")]
    private partial void LogRevoked(Guid calendarId, string accountId);
}
