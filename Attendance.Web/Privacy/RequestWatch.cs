using System.ComponentModel;
using System.Diagnostics.Metrics;
using Attendance.ServiceDefaults;

namespace Attendance.Web.Privacy;

/// <summary>The attribute of what is measured of requests.</summary>
internal static class PrivacyAttributes
{
    [Description("Whether a request for deletion waits within its time or has waited too long: `open`, `overdue`.")]
    public const string State = "attendance.privacy.state";
}

/// <summary>Tells how many requests for deletion wait. Whose they are is in no metric.</summary>
internal sealed class PrivacyMetrics
{
    private OpenRequests _requests = new(0, 0);

    public PrivacyMetrics(IMeterFactory meters) => meters.Create(typeof(PrivacyMetrics).Assembly.GetName().Name!).CreateObservableGauge(
        "attendance.privacy.requests",
        () => new Measurement<int>[]
        {
            new(_requests.Open - _requests.Overdue, new KeyValuePair<string, object?>(PrivacyAttributes.State, "open")),
            new(_requests.Overdue, new KeyValuePair<string, object?>(PrivacyAttributes.State, "overdue")),
        },
        "{request}",
        "Requests for deletion that wait for an answer.");

    public void Set(OpenRequests requests) => _requests = requests;
}

/// <summary>Looks for requests that have waited too long, and warns of them once.</summary>
internal sealed partial class RequestWatch(IServiceScopeFactory scopes, PrivacyMetrics metrics, TimeProvider clock, ILogger<RequestWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(10);

    private readonly RepeatedFailure _overdue = new();
    private volatile int _lastOverdue;

    /// <summary>How many had waited too long at the last look.</summary>
    public int Overdue => _lastOverdue;

    /// <summary>Looks once.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var requests = await scope.ServiceProvider.GetRequiredService<DeletionRequests>().CountAsync(cancellationToken);
        metrics.Set(requests);
        _lastOverdue = requests.Overdue;
        if (requests.Overdue == 0)
        {
            _overdue.IsOver();
        }
        else if (_overdue.IsNew($"{requests.Overdue}"))
        {
            LogOverdue(requests.Overdue);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        RepeatedWork.RunAsync(LookAsync, s_every, clock, failure => LogFailed(failure.GetType().Name), stoppingToken);

    [LoggerMessage(LogLevel.Warning, "{Overdue} requests for deletion have waited too long: answer them at /privacy/requests")]
    private partial void LogOverdue(int overdue);

    [LoggerMessage(LogLevel.Warning, "Requests for deletion could not be looked at, and are looked at again: {Error}")]
    private partial void LogFailed(string error);
}
