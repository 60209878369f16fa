using Attendance.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Demo;

/// <summary>
/// Makes the demo at start, and a session of it whenever none is open, until somebody removes it. It stays removed, also when Web starts again,
/// until the AppHost is started again with <c>--Demo=true</c>.
/// </summary>
internal sealed partial class DemoUpkeep(
    IServiceScopeFactory scopes, DemoFaces faces, IOptions<DemoOptions> options, TimeProvider clock, ILogger<DemoUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _gate = new(1); // so that nothing is made while it is removed

    public override void Dispose()
    {
        _gate.Dispose();
        base.Dispose();
    }

    /// <summary>Removes the demo and its film.</summary>
    public async Task RemoveAsync(string accountId, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (options.Value.Removal is { } removal)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(removal)!);
                await File.WriteAllTextAsync(removal, "", cancellationToken); // first, so that nothing is made again while a part of it is removed
            }

            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<DemoClass>().RemoveAsync(accountId, cancellationToken);
            if (options.Value.Film is { } film)
            {
                File.Delete(film);
            }

            LogRemoved(accountId);
        }
        finally
        {
            _gate.Release();
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Value.IsOn
        ? RepeatedWork.RunAsync(KeepAsync, s_every, clock, failure => LogNotMade(failure.Message), stoppingToken)
        : Task.CompletedTask;

    /// <summary>Makes what is missing, unless the demo was removed.</summary>
    internal async Task KeepAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (File.Exists(options.Value.Removal))
            {
                return;
            }

            await using var scope = scopes.CreateAsyncScope();
            var demo = scope.ServiceProvider.GetRequiredService<DemoClass>();
            var isMade = (await demo.ReadAsync(cancellationToken)).HasDoor;
            if (!isMade || !File.Exists(options.Value.Film))
            {
                var people = await faces.ChooseAsync(options.Value.Samples!, DemoClass.Most, cancellationToken);
                DemoFaces.WriteFilm(people, options.Value.Film!);
                if (!isMade)
                {
                    await demo.MakeAsync(people, cancellationToken);
                    LogMade(people.Count);
                }
            }

            await demo.OpenSessionAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    [LoggerMessage(LogLevel.Information, "The demo was made: {People} invented people, a session, a door and a kiosk")]
    private partial void LogMade(int people);

    [LoggerMessage(LogLevel.Information, "The demo was removed by account {AccountId}")]
    private partial void LogRemoved(string accountId);

    [LoggerMessage(LogLevel.Warning, "The demo cannot be made, and is tried again: {Error}")]
    private partial void LogNotMade(string error);
}
