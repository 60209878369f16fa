using Attendance.ServiceDefaults;
using Attendance.Web.Mail;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications;

/// <summary>Looks every <see cref="NotificationOptions.LookEvery"/> whom to tell of what, and each hour what to forget. Nobody who checks in waits for it.</summary>
internal sealed partial class RuleWatch(
    IServiceScopeFactory scopes, IOptions<NotificationOptions> options, IOptions<MailOptions> mail, TimeProvider clock, ILogger<RuleWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_forgetEvery = TimeSpan.FromHours(1);

    private DateTimeOffset _forgotAt;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        RepeatedWork.RunAsync(LookAsync, options.Value.LookEvery, clock, failure => LogFailed(failure.GetType().Name), stoppingToken); // its message may have an address

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
