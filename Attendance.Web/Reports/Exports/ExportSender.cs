using System.Runtime.CompilerServices;
using Attendance.Web.Accounts;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Reports.Exports;

/// <summary>
/// Sends an export while it is read. Whoever gets it must know whether it is whole, so a failure cuts the connection. The audit tells who exported which days, and how
/// many rows, also of an export that ended early.
/// </summary>
internal sealed partial class ExportSender(
    AttendanceDb db, AttendanceReports reports, ExportTables tables, ExportStates states, IServiceScopeFactory scopes, ILogger<ExportSender> logger)
{
    private static readonly TimeSpan s_toRecord = TimeSpan.FromSeconds(10);

    /// <returns>The problem because of which nothing was sent, or null.</returns>
    public async Task<Problem?> SendAsync(HttpContext context, ExportRequest wanted)
    {
        var cancellationToken = context.RequestAborted;
        if (await WhyNotAsync(wanted, cancellationToken) is { } problem)
        {
            return problem;
        }

        var account = context.User.AccountId();
        var state = states.Begin(account, wanted.Id);
        var isWhole = false;
        try
        {
            var table = tables.Of(wanted.Kind, wanted.Scope, cancellationToken);
            context.Response.ContentType = wanted.ContentType;
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{wanted.FileName(table.Name)}\"";
            context.Response.Headers["X-Accel-Buffering"] = "no"; // so that no proxy collects it
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await WriteAsync(table with { Rows = CountedAsync(table.Rows, state, cancellationToken) }, wanted.Format, context.Response.Body, cancellationToken);
            await RecordAsync(account, wanted, state.Rows, "complete"); // before the end of the response: what is not in the audit is not complete
            isWhole = true;
        }
        catch (Exception exception) when (!context.Response.HasStarted && !cancellationToken.IsCancellationRequested)
        {
            context.Response.Headers.Remove("Content-Disposition");
            LogFailed(exception, state.Rows);
            throw;
        }
        catch (Exception exception)
        {
            LogCut(cancellationToken.IsCancellationRequested ? null : exception, state.Rows, cancellationToken.IsCancellationRequested ? "the client has gone" : "it failed");
            context.Abort(); // a response that merely ends would look complete
            await TryRecordAsync(account, wanted, state.Rows);
        }
        finally
        {
            states.End(state, isWhole);
        }

        return null;
    }

    private static Task WriteAsync(ExportTable table, ExportFormat format, Stream output, CancellationToken cancellationToken) => format == ExportFormat.Xlsx
        ? XlsxExport.WriteAsync(table, output, cancellationToken)
        : CsvExport.WriteAsync(table, output, format == ExportFormat.ExcelCsv, cancellationToken);

    private async Task<Problem?> WhyNotAsync(ExportRequest wanted, CancellationToken cancellationToken) =>
        wanted.Scope.GroupId is { } group && !await db.Groups.AnyAsync(each => each.Id == group, cancellationToken) ? ApiProblems.NotFound()
        : wanted.Scope.PersonId is { } person && !await db.People.AnyAsync(each => each.Id == person, cancellationToken) ? ApiProblems.NotFound()
        : wanted is { Format: ExportFormat.Xlsx, Kind: ReportKind.Marks } && await reports.CountMarksAsync(wanted.Scope, cancellationToken) > XlsxExport.MostRows
            ? ApiProblems.Invalid("until", $"is too far away: a sheet has {XlsxExport.MostRows:N0} rows at most. Choose fewer days, or CSV.")
        : null;

    private static async IAsyncEnumerable<object?[]> CountedAsync(
        IAsyncEnumerable<object?[]> rows, ExportState state, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            state.Count();
            yield return row;
        }
    }

    private async Task TryRecordAsync(string account, ExportRequest wanted, long rows)
    {
        try
        {
            await RecordAsync(account, wanted, rows, "ended early");
        }
        catch (Exception exception) when (exception is OperationCanceledException || DatabaseTrouble.Is(exception) || exception is DbUpdateException)
        {
            LogNotRecorded(exception, rows);
        }
    }

    /// <summary>Records the export with a connection of its own, whether or not the client is still there.</summary>
    private async Task RecordAsync(string account, ExportRequest wanted, long rows, string how)
    {
        using var bound = new CancellationTokenSource(s_toRecord);
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AuditLog>().Add(account, new(
            "report.exported", wanted.Scope.GroupId, wanted.Scope.PersonId,
            Detail: $"{wanted.Kind} as {wanted.Format}, {wanted.Scope.Range.Text}, {rows} rows, {how}"));
        await scope.ServiceProvider.GetRequiredService<AttendanceDb>().SaveChangesAsync(bound.Token);
    }

    [LoggerMessage(LogLevel.Error, "An export failed after {Rows} rows, before anything was sent")]
    private partial void LogFailed(Exception exception, long rows);

    [LoggerMessage(LogLevel.Warning, "An export ended early after {Rows} rows: {Cause}")]
    private partial void LogCut(Exception? exception, long rows, string cause);

    [LoggerMessage(LogLevel.Error, "The audit does not have an export that ended early after {Rows} rows")]
    private partial void LogNotRecorded(Exception exception, long rows);
}
