using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Attendance.Web.Audit;
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
    private const string Item = "session", WayItem = "way";
    private static readonly TimeSpan s_seenToThe = TimeSpan.FromHours(1);

    /// <summary>
    /// The sessions that have ended in this replica since it started, and when. An entry is kept until no cookie of the session is trusted
    /// without a lookup any more.
    /// </summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);

    /// <summary>Raised with the id of a session that has just ended in this replica.</summary>
    public event Action<string>? Ended;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    private DateTime Hour => UtcTime.HourOf(Now);

    /// <summary>A session that was last seen before can no longer be used.</summary>
    private DateTime Unused => Now - options.Value.SignInLasts - s_seenToThe - s_seenToThe;

    public static string? IdOf(AuthenticationProperties? properties) => properties?.Items.TryGetValue(Item, out var id) == true ? id : null;

    /// <summary>Returns how somebody has signed in whose cookie has these properties.</summary>
    public static SignInWay WayOf(AuthenticationProperties? properties) =>
        properties?.Items.TryGetValue(WayItem, out var text) == true && Enum.TryParse<SignInWay>(text, out var way) ? way : SignInWay.Password;

    /// <summary>Returns what a session is called on pages, where its id must not be.</summary>
    public static string ReferenceOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));

    public bool HasEnded(string id) => _ended.ContainsKey(id);

    /// <summary>Begins a session, and deletes the account's sessions that can no longer be used.</summary>
    public async Task<AuthenticationProperties> BeginAsync(string accountId, SessionStart? start = null)
    {
        start ??= new(SignInWay.Password, null);
        var session = new SignInSession
        {
            Id = RandomNumberGenerator.GetHexString(SignInSession.IdLength, lowercase: true),
            AccountId = accountId,
            BeganAt = Hour,
            SeenAt = Hour,
            Device = BrowserNames.Of(start.UserAgent),
            Way = start.Way,
            EndsAt = start.Lasts is { } lasts ? Now + lasts : null,
            ProviderSession = start.ProviderSession,
        };
        var (unused, now) = (Unused, Now);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        await db.SignInSessions.Where(each => each.AccountId == accountId && (each.SeenAt < unused || each.EndsAt < now)).ExecuteDeleteAsync();
        db.SignInSessions.Add(session);
        await db.SaveChangesAsync();
        return new AuthenticationProperties { Items = { [Item] = session.Id, [WayItem] = session.Way.ToString() } };
    }

    /// <summary>Lists where an account is signed in, the latest first.</summary>
    public async Task<IReadOnlyList<SignInSession>> ListAsync(string accountId, CancellationToken cancellationToken)
    {
        var (unused, now) = (Unused, Now);
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AttendanceDb>().SignInSessions.AsNoTracking()
            .Where(each => each.AccountId == accountId && each.SeenAt >= unused && (each.EndsAt == null || each.EndsAt > now))
            .OrderByDescending(each => each.SeenAt).ThenByDescending(each => each.BeganAt).ThenBy(each => each.Id).ToListAsync(cancellationToken);
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
        var now = Now;
        var live = await db.SignInSessions.Where(session => ids.Contains(session.AccountId) && (session.EndsAt == null || session.EndsAt > now)).Select(session => session.Id).ToHashSetAsync(StringComparer.Ordinal, cancellationToken);
        all.RemoveWhere(each => accounts.TryGetValue(each.AccountId, out var account) && account.SecurityStamp == each.Stamp && account.Role.ToString() == each.Role
            && each.SessionId is not null && live.Contains(each.SessionId));
        return all;
    }

    public Task EndAsync(string id) => EndAsync(session => session.Id == id, null, null, [id]);

    /// <summary>Ends those sessions of an account that a page names by their references, or all but one.</summary>
    /// <param name="byAccountId">Who ends them, for the audit.</param>
    /// <param name="reference">The session that ends; null if all end.</param>
    /// <param name="exceptId">The session that goes on; null if none does.</param>
    /// <returns>The number of sessions that have ended.</returns>
    public async Task<int> EndAsync(string accountId, string byAccountId, string? reference, string? exceptId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var all = await scope.ServiceProvider.GetRequiredService<AttendanceDb>().SignInSessions
            .Where(session => session.AccountId == accountId && session.Id != exceptId).Select(session => session.Id).ToListAsync(cancellationToken);
        var ids = all.Where(id => reference is null || ReferenceOf(id) == reference).ToList();
        await EndAsync(session => ids.Contains(session.Id), accountId, byAccountId, ids);
        return ids.Count;
    }

    /// <summary>Ends what began at a session of the provider, or, if that is null, all that an account began at the provider.</summary>
    public async Task<int> EndOfProviderAsync(string? accountId, string? providerSession, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var ids = await scope.ServiceProvider.GetRequiredService<AttendanceDb>().SignInSessions
            .Where(session => providerSession != null ? session.ProviderSession == providerSession : session.AccountId == accountId && session.Way == SignInWay.OpenIdConnect)
            .Where(session => accountId == null || session.AccountId == accountId)
            .Select(session => session.Id).ToListAsync(cancellationToken);
        await EndAsync(session => ids.Contains(session.Id), null, null, ids);
        return ids.Count;
    }

    /// <summary>Ends sessions here at once, whatever happens to the database, and there for all replicas.</summary>
    private async Task EndAsync(Expression<Func<SignInSession, bool>> which, string? accountId, string? byAccountId, List<string> ids)
    {
        var now = clock.GetUtcNow();
        foreach (var old in _ended.Where(each => now - each.Value > TimeSpan.FromHours(1)))
        {
            _ended.TryRemove(old.Key, out _);
        }

        foreach (var id in ids)
        {
            _ended[id] = now; // first, because the deletion below may fail
            Ended?.Invoke(id);
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        await using var change = await db.Database.BeginTransactionAsync();
        await db.SignInSessions.Where(which).ExecuteDeleteAsync();
        if (byAccountId is not null && ids.Count > 0)
        {
            scope.ServiceProvider.GetRequiredService<AuditLog>().Add(byAccountId, new(
                "account.sessions_ended", Guid.TryParse(accountId, out var subject) ? subject : null, Detail: ids.Count == 1 ? "1 session" : $"{ids.Count} sessions"));
            await db.SaveChangesAsync();
        }

        await change.CommitAsync();
    }

    /// <returns><see langword="false"/> if the session has ended.</returns>
    public async Task<bool> TouchAsync(string id)
    {
        await using var scope = scopes.CreateAsyncScope();
        var sessions = scope.ServiceProvider.GetRequiredService<AttendanceDb>().SignInSessions;
        var hour = Hour;
        if (await sessions.AsNoTracking().SingleOrDefaultAsync(session => session.Id == id) is not { } found || found.EndsAt <= Now)
        {
            return false;
        }

        if (hour > found.SeenAt)
        {
            await sessions.Where(session => session.Id == id).ExecuteUpdateAsync(session => session.SetProperty(each => each.SeenAt, hour));
        }

        return true;
    }
}

/// <summary>How a session begins.</summary>
/// <param name="UserAgent">What the browser says that it is.</param>
/// <param name="Lasts">How long the session lasts although it is used; null if it has no such end.</param>
/// <param name="ProviderSession">A hash of the session at the provider.</param>
internal sealed record SessionStart(SignInWay Way, string? UserAgent, TimeSpan? Lasts = null, string? ProviderSession = null)
{
    public static SessionStart Of(SignInWay way, HttpRequest request) => new(way, request.Headers.UserAgent.ToString());
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
