using System.Collections.Concurrent;
using System.Data.Common;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

/// <summary>
/// Closes streams and WebSockets of accounts that may no longer have them. A sign-in is only checked when a request arrives, and these
/// requests last long. So all open ones are checked together, every <see cref="AccountOptions.CheckedEvery"/>.
/// </summary>
internal sealed partial class OpenConnections(
    IServiceScopeFactory scopes,
    SignInSessions sessions,
    IOptions<AccountOptions> options,
    TimeProvider clock,
    ILogger<OpenConnections> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<Open, bool> _open = new();

    /// <summary>
    /// Watches a request of a signed-in user until the result is disposed. A request that needs no sign-in is not watched.
    /// </summary>
    public async ValueTask<Open> FollowAsync(HttpContext context)
    {
        var isSignedIn = context.User.Identity?.IsAuthenticated == true && context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null;
        var open = new Open(this, isSignedIn ? await SignInProof.OfAsync(context) : null);
        if (open.SignIn is { } signIn)
        {
            _open[open] = true;
            if (signIn.SessionId is { } id && sessions.HasEnded(id))
            {
                open.Cut(); // the session ended before the request was watched
            }
        }

        return open;
    }

    /// <summary>Closes what an account, a kiosk or a paired phone has open in this process, by the name under which it is known here.</summary>
    public void Cut(string name)
    {
        foreach (var each in _open.Keys.Where(each => each.SignIn?.AccountId == name))
        {
            each.Cut();
        }
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
                LogUnchecked(exception.Message); // a database failure must not take away a camera that is in use
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
        var kiosks = open.Exists(each => each.IsKiosk)
            ? await db.Kiosks.AsNoTracking().ToDictionaryAsync(kiosk => KioskSignIn.NameOf(kiosk.Id), kiosk => kiosk.Stamp.ToString("N"), StringComparer.Ordinal, cancellationToken)
            : [];
        var paired = open.Exists(each => each.IsPairedPhone)
            ? await db.PhonePairings.Where(pairing => pairing.EndedAt == null).Select(pairing => PhoneCameraSignIn.NameOf(pairing.Id)).ToHashSetAsync(StringComparer.Ordinal, cancellationToken)
            : [];
        var over = await sessions.FindOverAsync(open.Where(each => !each.IsKiosk && !each.IsPairedPhone).Select(each => each.SignIn!), cancellationToken);
        foreach (var each in open)
        {
            var signIn = each.SignIn!;
            var mayStay = each.IsKiosk ? kiosks.GetValueOrDefault(signIn.AccountId) is { } stamp && stamp == signIn.Stamp
                : each.IsPairedPhone ? paired.Contains(signIn.AccountId)
                : !over.Contains(signIn);
            if (!mayStay)
            {
                each.Cut();
                LogCut(signIn.AccountId);
            }
        }
    }

    private void CutSession(string id)
    {
        foreach (var each in _open.Keys.Where(each => each.SignIn?.SessionId == id))
        {
            each.Cut();
        }
    }

    [LoggerMessage(LogLevel.Information, "A stream or socket of account {AccountId} was closed because the account lost access to it")]
    private partial void LogCut(string accountId);

    [LoggerMessage(LogLevel.Warning, "Whether open streams and sockets are still allowed could not be checked: {Error}")]
    private partial void LogUnchecked(string error);

    /// <summary>A long request that is still being answered.</summary>
    internal sealed class Open(OpenConnections all, SignInProof? signIn) : IDisposable
    {
        private readonly CancellationTokenSource _over = new();

        /// <summary>Whose request it is, or null if it needs no sign-in.</summary>
        public SignInProof? SignIn => signIn;

        public bool IsKiosk => signIn?.Role == KioskSignIn.Role;

        public bool IsPairedPhone => signIn?.Role == PhoneCameraSignIn.Role;

        /// <summary>Canceled when the account may no longer receive the answer.</summary>
        public CancellationToken Over => _over.Token;

        public void Cut()
        {
            try
            {
                _over.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The request has already ended by itself.
            }
        }

        public void Dispose()
        {
            all._open.TryRemove(this, out _);
            _over.Dispose();
        }
    }
}
