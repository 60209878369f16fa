using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Attendance.Web.Mail;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications.Sending;

/// <summary>
/// Sends the mails that wait, one after the other. While the server is away it is tried again after growing pauses; the log has one error for
/// it, whatever the causes are, and one line when it works again.
/// </summary>
internal sealed partial class MailDispatch(
    IServiceScopeFactory scopes, IOptions<MailOptions> options, NotificationMetrics metrics, TimeProvider clock, ILogger<MailDispatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);

    private int _outages;
    private long _pausedSince;
    private TimeSpan _pause;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Value.IsOn
        ? RepeatedWork.RunAsync(SendAllAsync, options.Value.SendEvery, clock, failure => LogFailed(failure.GetType().Name), stoppingToken)
        : Task.CompletedTask;

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        await using (var scope = scopes.CreateAsyncScope())
        {
            metrics.Attempted(MailAttempt.Expired, await scope.ServiceProvider.GetRequiredService<MailQueue>().ExpireAsync(cancellationToken));
        }

        if (_outages > 0 && clock.GetElapsedTime(_pausedSince) < _pause)
        {
            return;
        }

        await using var server = new SmtpConnection(options.Value);
        while (await SendNextAsync(server, cancellationToken))
        {
            // The next one.
        }
    }

    /// <returns>Whether there may be more to send now.</returns>
    private async Task<bool> SendNextAsync(SmtpConnection server, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var queue = scope.ServiceProvider.GetRequiredService<MailQueue>();
        if (await queue.ClaimAsync(cancellationToken) is not { } mail)
        {
            return false;
        }

        switch (await scope.ServiceProvider.GetRequiredService<MailPreparation>().PrepareAsync(mail, cancellationToken))
        {
            case PreparedMail.Ready ready:
                var outcome = await server.SendAsync(ready.Message, cancellationToken);
                await NoteAsync(queue, mail, ready, outcome);
                return !outcome.IsOfServer;
            case PreparedMail.Later later:
                await queue.PostponeAsync(mail, later.At, cancellationToken);
                return true;
            default:
                await queue.WithdrawAsync(mail, cancellationToken);
                metrics.Attempted(MailAttempt.Withdrawn);
                return true;
        }
    }

    /// <summary>Notes what became of a mail, also while Web stops: otherwise a mail that the server has would be sent again.</summary>
    private async Task NoteAsync(MailQueue queue, OutgoingMail mail, PreparedMail.Ready ready, MailOutcome outcome)
    {
        if (outcome.IsOfServer)
        {
            NoteOutage(outcome);
        }
        else
        {
            NoteWorks();
        }

        if (outcome.Trouble is not { } trouble)
        {
            await queue.SentAsync(mail, CancellationToken.None);
            metrics.Attempted(MailAttempt.Sent);
        }
        else if (outcome.IsFinal)
        {
            await queue.RefusedAsync(mail, trouble, ready.EmailKey, CancellationToken.None);
            metrics.Attempted(MailAttempt.Refused);
            LogRefused(mail.Id, trouble, outcome.Detail);
        }
        else
        {
            await queue.RetryAsync(mail, trouble, outcome.IsOfServer, CancellationToken.None);
            metrics.Attempted(MailAttempt.Retried);
        }
    }

    private void NoteOutage(MailOutcome outcome)
    {
        (_pausedSince, _pause) = (clock.GetTimestamp(), MailQueue.PauseAfter(++_outages, options.Value.RetryAfter));
        _pause = _pause < s_longestPause ? _pause : s_longestPause;
        if (_outages == 1)
        {
            metrics.Outage(isNow: true);
            LogOutage(outcome.Trouble!.Value, outcome.Detail);
        }
    }

    private void NoteWorks()
    {
        if (_outages > 0)
        {
            _outages = 0;
            metrics.Outage(isNow: false);
            LogBack();
        }
    }

    [LoggerMessage(LogLevel.Error, "No mail can be sent: {Trouble} ({Detail}). Mails wait and are tried again")]
    private partial void LogOutage(MailTrouble trouble, string detail);

    [LoggerMessage(LogLevel.Information, "Mails can be sent again")]
    private partial void LogBack();

    [LoggerMessage(LogLevel.Warning, "Mail {MailId} was refused for good: {Trouble} ({Detail})")]
    private partial void LogRefused(Guid mailId, MailTrouble trouble, string detail);

    [LoggerMessage(LogLevel.Warning, "Mails could not be looked for, and are tried again: {Error}")]
    private partial void LogFailed(string error);
}
