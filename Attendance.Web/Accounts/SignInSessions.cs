using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
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

    /// <summary>Returns those sign-ins that are not valid any more: signed out, or of an account that is deleted, or has another password or role.</summary>
    public async Task<IReadOnlySet<SignInProof>> FindOverAsync(IEnumerable<SignInProof> proofs, CancellationToken cancellationToken)
    {
        var all = proofs.ToHashSet();
        if (all.Count == 0)
        {
            return all;
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        var ids = all.Select(each => each.AccountId).Distinct(StringComparer.Ordinal).ToList();
        var accounts = await db.Users.AsNoTracking().Where(account => ids.Contains(account.Id)).ToDictionaryAsync(account => account.Id, StringComparer.Ordinal, cancellationToken);
        var live = await db.SignInSessions.Where(session => ids.Contains(session.AccountId)).Select(session => session.Id).ToHashSetAsync(StringComparer.Ordinal, cancellationToken);
        all.RemoveWhere(each => accounts.TryGetValue(each.AccountId, out var account) && account.SecurityStamp == each.Stamp && account.Role.ToString() == each.Role
            && each.SessionId is not null && live.Contains(each.SessionId));
        return all;
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

/// <summary>What a sign-in was when a request came with it.</summary>
/// <param name="SessionId">The sign-in's session, or null if it has none.</param>
internal sealed record SignInProof(string AccountId, string? Stamp, string? Role, string? SessionId)
{
    /// <summary>Returns the sign-in of a request, whose user is signed in.</summary>
    public static async ValueTask<SignInProof> OfAsync(HttpContext context)
    {
        var claims = context.RequestServices.GetRequiredService<IOptions<IdentityOptions>>().Value.ClaimsIdentity;
        return new(
            context.User.AccountId(), context.User.FindFirstValue(claims.SecurityStampClaimType), context.User.FindFirstValue(claims.RoleClaimType),
            SignInSessions.IdOf((await context.AuthenticateAsync()).Properties));
    }
}
