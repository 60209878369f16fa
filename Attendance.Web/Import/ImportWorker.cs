using System.Data.Common;
using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Import;

/// <summary>Checks and applies imports, one after the other, and deletes the content of those that are too old.</summary>
internal sealed partial class ImportWorker(
    IServiceScopeFactory scopes, ImportSignal signal, IOptions<ImportOptions> options, TimeProvider clock, ILogger<ImportWorker> logger) : BackgroundService
{
    private const int Attempts = 4;
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(2);

    /// <summary>Identifies this process among the others that may claim imports.</summary>
    private readonly Guid _claimant = Guid.NewGuid();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RepeatedWork.RunAsync(
        WorkOnAllAsync,
        token => signal.WaitAsync(options.Value.LookEvery, clock, token),
        failure => LogInterrupted(failure.GetType().Name), // not the message, which may repeat what the file says
        stoppingToken);

    private async Task WorkOnAllAsync(CancellationToken stoppingToken)
    {
        await UseAsync(scope => scope.GetRequiredService<ImportStore>().ForgetOldAsync(stoppingToken));
        while (await WorkAsync(stoppingToken))
        {
            // The next one.
        }
    }

    /// <returns>Whether there was an import to work on.</returns>
    private async Task<bool> WorkAsync(CancellationToken stoppingToken)
    {
        if (await UseAsync(scope => scope.GetRequiredService<ImportClaims>().TryTakeAsync(_claimant, stoppingToken)) is not { } claim)
        {
            return false;
        }

        try
        {
            await (claim.State == ImportState.Checking ? CheckAsync(claim, stoppingToken) : ApplyAsync(claim, stoppingToken));
        }
        catch (ImportStoppedException)
        {
            LogStopped(claim.ImportId); // by whoever cancelled it, or has claimed it
        }
        catch (Exception exception) when (exception is not (DbException or DbUpdateException) && !DatabaseTrouble.Is(exception) && !stoppingToken.IsCancellationRequested)
        {
            LogFailed(claim.ImportId, $"{exception.GetType().FullName}{Environment.NewLine}{exception.StackTrace}"); // it would fail again, and others would wait for it
            await UseAsync(scope => scope.GetRequiredService<ImportItems>().RejectAsync(claim, "An internal error occurred, which the log describes. What was applied before stays. Check the file again, or cancel this import.", stoppingToken));
        }
        finally
        {
            await ReleaseAsync(claim);
        }

        return true;
    }

    private async Task ReleaseAsync(ImportClaim claim)
    {
        try
        {
            using var goodbye = new CancellationTokenSource(s_goodbye, clock); // also while Web stops
            await UseAsync(scope => scope.GetRequiredService<ImportClaims>().ReleaseAsync(claim, goodbye.Token));
        }
        catch (Exception exception) when (exception is DbException or OperationCanceledException)
        {
            // The claim ends by itself.
        }
    }

    private Task CheckAsync(ImportClaim claim, CancellationToken stoppingToken) => UseAsync(async scope =>
    {
        var run = await scope.GetRequiredService<AttendanceDb>().ImportRuns.AsNoTracking().SingleAsync(each => each.Id == claim.ImportId, stoppingToken);
        try
        {
            await scope.GetServices<IImportKind>().Single(kind => kind.Kind == run.Kind).CheckAsync(run, claim, stoppingToken);
            await scope.GetRequiredService<ImportItems>().EndAsync(claim, stoppingToken);
        }
        catch (ImportTroubleException trouble)
        {
            await scope.GetRequiredService<ImportItems>().RejectAsync(claim, trouble.Message, stoppingToken);
        }
    });

    private async Task ApplyAsync(ImportClaim claim, CancellationToken stoppingToken)
    {
        var failures = 0;
        for (var isMore = true; isMore;)
        {
            try
            {
                isMore = await UseAsync(scope => scope.GetRequiredService<ImportApplication>().ApplyNextAsync(claim, stoppingToken));
                failures = 0;
            }
            catch (DbUpdateException) when (++failures < Attempts) // somebody else was faster with the same: judge it again
            {
            }
            catch (DbUpdateException exception) when (!DatabaseTrouble.Is(exception))
            {
                await UseAsync(scope => scope.GetRequiredService<ImportApplication>().RefuseNextAsync(claim, "It could not be stored, because others change the same at the same time.", stoppingToken));
                failures = 0;
            }
        }
    }

    private async Task UseAsync(Func<IServiceProvider, Task> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        await work(scope.ServiceProvider);
    }

    private async Task<T> UseAsync<T>(Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await work(scope.ServiceProvider);
    }

    [LoggerMessage(LogLevel.Information, "Import {ImportId} is not continued here: it was cancelled, or another process has it")]
    private partial void LogStopped(Guid importId);

    [LoggerMessage(LogLevel.Error, "Import {ImportId} failed: {Error}")] // without the message, which may repeat what the file says
    private partial void LogFailed(Guid importId, string error);

    [LoggerMessage(LogLevel.Warning, "Imports are interrupted, and go on later: {Error}")]
    private partial void LogInterrupted(string error);
}
