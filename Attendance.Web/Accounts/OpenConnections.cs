using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Claims;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

/// <summary>
/// Cuts streams and sockets of whoever may not have them any more: a sign-in is checked when a request comes, and these are requests
/// that last. All that are open are looked up together, every <see cref="AccountOptions.CheckedEvery"/>.
/// </summary>
internal sealed partial class OpenConnections(
    IServiceScopeFactory scopes,
    SignInSessions sessions,
    IOptions<AccountOptions> options,
    IOptions<IdentityOptions> identity,
    TimeProvider clock,
    ILogger<OpenConnections> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<Open, bool> _open = new();

    /// <summary>Follows a request of somebody who is signed in, until it is disposed of. Of a visitor there is nothing to follow.</summary>
    public async ValueTask<Open> FollowAsync(HttpContext context)
    {
        var claims = identity.Value.ClaimsIdentity;
        var isSignedIn = context.User.Identity?.IsAuthenticated == true && context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null;
        var properties = isSignedIn ? (await context.AuthenticateAsync()).Properties : null;
        var open = new Open(
            this,
            isSignedIn ? context.User.FindFirstValue(claims.UserIdClaimType) : null,
            context.User.FindFirstValue(claims.SecurityStampClaimType),
            context.User.FindFirstValue(claims.RoleClaimType),
            SignInSessions.IdOf(properties));
        if (open.AccountId is not null)
        {
            _open[open] = true;
            if (open.SessionId is { } id && sessions.HasEnded(id))
            {
                open.Cut(); // while it was being followed
            }
        }

        return open;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        sessions.Ended -= CutSession;
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        sessions.Ended += CutSession;
        using var timer = new PeriodicTimer(options.Value.CheckedEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is DbException || DatabaseTrouble.Is(exception))
            {
                LogUnchecked(exception.Message); // a camera in use is not taken away because the database is
            }
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var open = _open.Keys.ToList();
        if (open.Count == 0)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        var ids = open.Select(each => each.AccountId!).Distinct().ToList();
        var accounts = await db.Users.AsNoTracking().Where(account => ids.Contains(account.Id)).ToDictionaryAsync(account => account.Id, cancellationToken);
        var live = await db.SignInSessions.Where(session => ids.Contains(session.AccountId)).Select(session => session.Id).ToHashSetAsync(cancellationToken);
        foreach (var each in open)
        {
            if (!accounts.TryGetValue(each.AccountId!, out var account) || account.SecurityStamp != each.Stamp || account.Role.ToString() != each.Role
                || each.SessionId is null || !live.Contains(each.SessionId))
            {
                each.Cut();
                LogCut(each.AccountId!);
            }
        }
    }

    private void CutSession(string id)
    {
        foreach (var each in _open.Keys.Where(each => each.SessionId == id))
        {
            each.Cut();
        }
    }

    [LoggerMessage(LogLevel.Information, "A stream or socket of account {AccountId} was cut: it may not have it any more")]
    private partial void LogCut(string accountId);

    [LoggerMessage(LogLevel.Warning, "Whether open streams and sockets are still allowed could not be looked up: {Error}")]
    private partial void LogUnchecked(string error);

    /// <summary>A request that is being answered.</summary>
    internal sealed class Open(OpenConnections all, string? accountId, string? stamp, string? role, string? sessionId) : IDisposable
    {
        private readonly CancellationTokenSource _over = new();

        public string? AccountId => accountId;

        public string? Stamp => stamp;

        public string? Role => role;

        public string? SessionId => sessionId;

        /// <summary>Whoever asked may not have the answer any more.</summary>
        public CancellationToken Over => _over.Token;

        public void Cut()
        {
            try
            {
                _over.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has ended by itself.
            }
        }

        public void Dispose()
        {
            all._open.TryRemove(this, out _);
            _over.Dispose();
        }
    }
}
