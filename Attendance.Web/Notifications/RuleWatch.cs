using Attendance.ServiceDefaults;
using Attendance.Web.Mail;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications;

/// <summary>Looks every <see cref="NotificationOptions.LookEvery"/> whom to tell of what, and each hour what to forget. Nobody who checks in waits for it.</summary>
internal sealed partial class RuleWatch(
    IServiceScopeFactory scopes, IOptions<NotificationOptions> options, IOptions<MailOptions> mail, TimeProvider clock, ILogger<RuleWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_forgetEvery = TimeSpan.FromHours(1);

    private readonly RepeatedFailure _failure = new();
    private DateTimeOffset _forgotAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.LookEvery, clock);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
                _failure.IsOver();
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested) // whatever it is: it must not stop Web, and is tried again
            {
                if (_failure.IsNew(exception.GetType().Name))
                {
                    LogFailed(exception.GetType().Name); // its message may have an address
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var looks = scope.ServiceProvider.GetRequiredService<RuleLooks>();
        if (mail.Value.IsOn)
        {
            await looks.LookAsync(cancellationToken);
        }

        if (clock.GetUtcNow() - _forgotAt >= s_forgetEvery)
        {
            await looks.ForgetAsync(cancellationToken);
            _forgotAt = clock.GetUtcNow();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The rules of notifications could not be looked at, and are tried again: {Error}")]
    private partial void LogFailed(string error);
}
