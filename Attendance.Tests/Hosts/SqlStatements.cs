using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Attendance.Tests.Hosts;

/// <summary>Counts the statements that requests send to the database, without those that open a connection.</summary>
internal sealed class SqlStatements : DbCommandInterceptor
{
    private static readonly HttpContextAccessor s_requests = new();
    private int _count;

    public async Task<int> CountAsync(Func<Task> action)
    {
        var before = Volatile.Read(ref _count);
        await action();
        return Volatile.Read(ref _count) - before;
    }

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Count();
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Count();
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Count();
        return ValueTask.FromResult(result);
    }

    /// <summary>Web also looks into the database by itself, at times of its own.</summary>
    private void Count()
    {
        if (s_requests.HttpContext is not null)
        {
            Interlocked.Increment(ref _count);
        }
    }
}
