using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.ReadApi;

/// <param name="CreatedBy">The user name of the account that made it, or null if the account was deleted.</param>
internal sealed record TokenRow(ApiToken Token, string? CreatedBy);

/// <summary>Keeps the tokens of programs. A token is returned once, when it is made.</summary>
internal sealed partial class ApiTokenStore(AttendanceDb db, AuditLog audit, TimeProvider clock, ILogger<ApiTokenStore> logger)
{
    /// <summary>How many tokens there may be.</summary>
    public const int Most = 100;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task<IReadOnlyList<TokenRow>> ListAsync(CancellationToken cancellationToken) => await (
        from token in db.ApiTokens.AsNoTracking()
        join account in db.Users on token.CreatedBy equals account.Id into accounts
        from account in accounts.DefaultIfEmpty()
        orderby token.CreatedAt descending, token.Id descending
        select new TokenRow(token, account == null ? null : account.UserName)).ToListAsync(cancellationToken);

    /// <returns>The token, or null if there are as many as there may be.</returns>
    public async Task<string?> AddAsync(TokenForm form, string accountId, CancellationToken cancellationToken)
    {
        if (await db.ApiTokens.CountAsync(cancellationToken) >= Most)
        {
            return null;
        }

        var (token, now) = (ApiTokenFormat.New(), Now);
        var kept = new ApiToken
        {
            Name = Writing.Tidy(form.Name!), Hash = ApiTokenFormat.HashOf(token), Scopes = string.Join(' ', form.Chosen), CreatedAt = now, CreatedBy = accountId,
            ExpiresAt = form.Lasts is { } lasts ? now + lasts : null,
        };
        db.ApiTokens.Add(kept);
        audit.Add(accountId, new("api_token.added", kept.Id, Detail: $"{kept.Scopes}, {(kept.ExpiresAt is { } until ? $"until {until:yyyy-MM-dd}" : "without an end")}"));
        await db.SaveChangesAsync(cancellationToken);
        LogAdded(kept.Id, accountId);
        return token;
    }

    /// <summary>Deletes a token. Every request asks the database, so it opens nothing any more from now on, in every replica. It is safe to repeat.</summary>
    public async Task RevokeAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        if (await audit.DeleteAsync(db.ApiTokens.Where(token => token.Id == id), accountId, new("api_token.revoked", id), cancellationToken))
        {
            LogRevoked(id, accountId);
        }
    }

    /// <returns>The token that opens something now, or null. Its last use is recorded, accurate to the hour.</returns>
    public async Task<ApiToken?> UseAsync(string token, CancellationToken cancellationToken)
    {
        if (!ApiTokenFormat.IsWhole(token))
        {
            return null;
        }

        var (hash, now) = (ApiTokenFormat.HashOf(token), Now);
        var found = await db.ApiTokens.AsNoTracking().SingleOrDefaultAsync(each => each.Hash == hash && (each.ExpiresAt == null || each.ExpiresAt > now), cancellationToken);
        var hour = UtcTime.HourOf(now);
        if (found is not null && (found.LastUsedAt is not { } used || used < hour))
        {
            await db.ApiTokens.Where(each => each.Id == found.Id).ExecuteUpdateAsync(each => each.SetProperty(one => one.LastUsedAt, hour), cancellationToken);
        }

        return found;
    }

    [LoggerMessage(LogLevel.Information, "API token {Id} added by account {AccountId}")]
    private partial void LogAdded(Guid id, string accountId);

    [LoggerMessage(LogLevel.Information, "API token {Id} revoked by account {AccountId}")]
    private partial void LogRevoked(Guid id, string accountId);
}
