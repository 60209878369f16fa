using System.Collections.Concurrent;
using System.Data.Common;
using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Attendance.Web.Rights;

namespace Attendance.Web.Forwarding;

/// <summary>
/// Ends what an account has lost the right to: streams and wishes that wait, and leases; the leases also when it is signed out. Rules and teams
/// are looked at every second, because another replica may have changed them.
/// </summary>
internal sealed partial class RightsWatch(CurrentRights rights, AccountSessions sessions, TimeProvider clock, ILogger<RightsWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<GuardedRequest, bool> _guarded = new();
    private readonly RepeatedFailure _failure = new();

    /// <summary>Watches a request until the result is disposed.</summary>
    /// <param name="may">Whether it may go on under these rules.</param>
    /// <param name="refusal">The answer if it may not.</param>
    public GuardedRequest Guard(Func<RightsBook, bool> may, Problem refusal)
    {
        var guarded = new GuardedRequest(may, refusal, each => _guarded.TryRemove(each, out _));
        _guarded[guarded] = true;
        return guarded;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (!_guarded.IsEmpty || !sessions.IsEmpty)
                {
                    await LookAsync(stoppingToken);
                }

                _failure.IsOver();
            }
            catch (Exception exception) when (exception is DbException || DatabaseTrouble.Is(exception))
            {
                if (_failure.IsNew(exception))
                {
                    LogUnknown(exception.Message);
                }
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var book = await rights.ReadAsync(cancellationToken);
        foreach (var each in _guarded.Keys.Where(each => !each.May(book)))
        {
            each.Lose();
        }

        await sessions.EndWithoutRightAsync(book, cancellationToken);
        await sessions.EndSignedOutAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Which rights hold could not be read: {Error}. This is logged again when the cause changes")]
    private partial void LogUnknown(string error);
}

/// <summary>A request that is answered only for as long as its user has the right to it.</summary>
internal sealed class GuardedRequest(Func<RightsBook, bool> may, Problem refusal, Action<GuardedRequest> forget) : IDisposable
{
    private readonly CancellationTokenSource _lost = new();

    public Problem Refusal => refusal;

    /// <summary>Canceled when the right is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    public bool May(RightsBook book) => may(book);

    public void Lose()
    {
        try
        {
            _lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request has already ended by itself.
        }
    }

    public void Dispose()
    {
        forget(this);
        _lost.Dispose();
    }
}
