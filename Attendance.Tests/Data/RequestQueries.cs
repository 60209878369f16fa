using System.Collections.Concurrent;
using System.Data.Common;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Attendance.Tests.Data;

/// <summary>A query as it was sent to the database.</summary>
internal sealed record RequestQuery(string Text, IReadOnlyList<DbParameter> Parameters);

/// <summary>Collects the queries that requests make. What Web asks by itself meanwhile is left out.</summary>
internal sealed class RequestQueries : DbCommandInterceptor, IStartupFilter
{
    private readonly ConcurrentQueue<RequestQuery> _queries = new();
    private readonly AsyncLocal<bool> _isRequest = new();

    /// <summary>Adds this to a Web that has not started yet.</summary>
    public void Watch(IServiceCollection services) => services
        .ConfigureDbContext<SqliteAttendanceDb>(options => options.AddInterceptors(this))
        .ConfigureDbContext<PostgresAttendanceDb>(options => options.AddInterceptors(this))
        .AddSingleton<IStartupFilter>(this);

    /// <returns>The queries that were made meanwhile.</returns>
    public async Task<IReadOnlyList<RequestQuery>> OfAsync(Func<Task> request)
    {
        _queries.Clear();
        await request();
        return [.. _queries];
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            _isRequest.Value = true;
            return following(context);
        });
        next(app);
    };

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (_isRequest.Value)
        {
            _queries.Enqueue(new(command.CommandText, [.. command.Parameters.Cast<DbParameter>()]));
        }

        return ValueTask.FromResult(result);
    }
}
