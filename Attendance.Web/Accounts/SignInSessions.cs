using System.Collections.Concurrent;
using System.Security.Cryptography;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

/// <summary>
/// Knows in which browsers somebody is signed in. Signing out ends the session of the browser, and with it every copy of its cookie:
/// at once here, and within the time of <see cref="AccountOptions.CheckedEvery"/> at other replicas.
/// </summary>
internal sealed class SignInSessions(IServiceScopeFactory scopes, IOptions<AccountOptions> options, TimeProvider clock)
{
    private const string Item = "session";
    private static readonly TimeSpan s_seenToThe = TimeSpan.FromHours(1);

    /// <summary>Ended here since the start, with when. Kept until no cookie of theirs is believed any more without being looked up.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new();

    /// <summary>Called with the id of a session that has just ended here.</summary>
    public event Action<string>? Ended;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public static string? IdOf(AuthenticationProperties? properties) => properties?.Items.TryGetValue(Item, out var id) == true ? id : null;

    public bool HasEnded(string id) => _ended.ContainsKey(id);

    /// <summary>Begins a session, and forgets those of the account that nobody can use any more.</summary>
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

        _ended[id] = now; // before anything that may fail
        Ended?.Invoke(id);
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AttendanceDb>().SignInSessions.Where(session => session.Id == id).ExecuteDeleteAsync();
    }

    /// <returns><see langword="false"/> when it has ended.</returns>
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
