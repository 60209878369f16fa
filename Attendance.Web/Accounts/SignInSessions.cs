using System.Collections.Concurrent;
using System.Security.Cryptography;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

/// <summary>
/// Keeps the sessions: one for each browser in which somebody is signed in. Signing out ends the browser's session and so every copy of
/// its cookie, at once in this replica and within <see cref="AccountOptions.CheckedEvery"/> in the others.
/// </summary>
internal sealed class SignInSessions(IServiceScopeFactory scopes, IOptions<AccountOptions> options, TimeProvider clock)
{
    private const string Item = "session";
    private static readonly TimeSpan s_seenToThe = TimeSpan.FromHours(1);

    /// <summary>
    /// The sessions that have ended in this replica since it started, and when. An entry is kept until no cookie of the session is trusted
    /// without a lookup any more.
    /// </summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);

    /// <summary>Raised with the id of a session that has just ended in this replica.</summary>
    public event Action<string>? Ended;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public static string? IdOf(AuthenticationProperties? properties) => properties?.Items.TryGetValue(Item, out var id) == true ? id : null;

    public bool HasEnded(string id) => _ended.ContainsKey(id);

    /// <summary>Begins a session, and deletes the account's sessions that can no longer be used.</summary>
    public async Task<AuthenticationProperties> BeginAsync(string accountId)
    {
        var session = new SignInSession { Id = RandomNumberGenerator.GetHexString(SignInSession.IdLength, lowercase: true), AccountId = accountId, SeenAt = Now };
        var unused = Now - options.Value.SignInLasts - s_seenToThe - s_seenToThe;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        await db.SignInSessions.Where(each => each.AccountId == accountId && each.SeenAt < unused).ExecuteDeleteAsync();
        db.SignInSessions.Add(session);
        await db.SaveChangesAsync();
        return new AuthenticationProperties { Items = { [Item] = session.Id } };
    }

    public async Task EndAsync(string id)
    {
        var now = clock.GetUtcNow();
        foreach (var old in _ended.Where(each => now - each.Value > TimeSpan.FromHours(1)))
        {
            _ended.TryRemove(old.Key, out _);
        }

        _ended[id] = now; // first, because the deletion below may fail
        Ended?.Invoke(id);
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AttendanceDb>().SignInSessions.Where(session => session.Id == id).ExecuteDeleteAsync();
    }

    /// <returns><see langword="false"/> if the session has ended.</returns>
    public async Task<bool> TouchAsync(string id)
    {
        await using var scope = scopes.CreateAsyncScope();
        var sessions = scope.ServiceProvider.GetRequiredService<AttendanceDb>().SignInSessions;
        if (await sessions.AsNoTracking().SingleOrDefaultAsync(session => session.Id == id) is not { } found)
        {
            return false;
        }

        var now = Now;
        if (now - found.SeenAt > s_seenToThe)
        {
            await sessions.Where(session => session.Id == id).ExecuteUpdateAsync(session => session.SetProperty(each => each.SeenAt, now));
        }

        return true;
    }
}
