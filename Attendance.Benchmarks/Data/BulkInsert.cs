using Attendance.Web.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Attendance.Benchmarks.Data;

/// <summary>Writes rows as fast as the database takes them, with the values that Entity Framework would store. It writes no rows that belong to them.</summary>
internal static class BulkInsert
{
    /// <returns>How many rows were written.</returns>
    public static async Task<int> WriteAsync<T>(AttendanceDb db, IEnumerable<T> rows, CancellationToken cancellationToken) where T : class
    {
        var table = Table<T>.Of(db);
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            return db.Database.GetDbConnection() switch
            {
                SqliteConnection sqlite => Insert(sqlite, table, rows, cancellationToken),
                NpgsqlConnection postgres => await CopyAsync(postgres, table, rows, cancellationToken),
                var other => throw new NotSupportedException($"Nothing is written to a {other.GetType().Name}."),
            };
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Brings the database into the state in which it is in daily use: PostgreSQL cleans up and counts by itself some time after a bulk insert.</summary>
    public static async Task SettleAsync(AttendanceDb db, CancellationToken cancellationToken)
    {
        if (db is PostgresAttendanceDb)
        {
            await db.Database.ExecuteSqlRawAsync("VACUUM ANALYZE", cancellationToken);
        }
    }

    private static int Insert<T>(SqliteConnection connection, Table<T> table, IEnumerable<T> rows, CancellationToken cancellationToken)
    {
        using var transaction = connection.BeginTransaction();
        using var insert = new SqliteCommand($"INSERT INTO {table.Name} ({table.Columns}) VALUES ({string.Join(", ", table.Values.Select((_, i) => $"${i}"))})", connection, transaction);
        foreach (var i in Enumerable.Range(0, table.Values.Count))
        {
            insert.Parameters.Add(new SqliteParameter($"${i}", null));
        }

        var count = 0;
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < table.Values.Count; i++)
            {
                insert.Parameters[i].Value = table.Values[i](row) ?? DBNull.Value;
            }

            count += insert.ExecuteNonQuery();
        }

        transaction.Commit();
        return count;
    }

    private static async Task<int> CopyAsync<T>(NpgsqlConnection connection, Table<T> table, IEnumerable<T> rows, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {table.Name} ({table.Columns}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in rows)
        {
            await copy.WriteRowAsync(cancellationToken, [.. table.Values.Select(value => value(row))]);
        }

        return (int)await copy.CompleteAsync(cancellationToken);
    }

    /// <param name="Values">What is stored of a row, by column.</param>
    private sealed record Table<T>(string Name, string Columns, IReadOnlyList<Func<T, object?>> Values)
    {
        public static Table<T> Of(AttendanceDb db)
        {
            var type = db.Model.FindEntityType(typeof(T))!;
            var columns = ColumnsOf(type, row => row)
                .Concat(type.GetNavigations().Where(each => each.TargetEntityType.IsOwned())
                    .SelectMany(each => ColumnsOf(each.TargetEntityType, row => row is null ? null : each.PropertyInfo!.GetValue(row)).Where(column => !column.IsKey)))
                .ToList();
            return new($"\"{type.GetTableName()}\"", string.Join(", ", columns.Select(column => $"\"{column.Name}\"")), [.. columns.Select(column => (Func<T, object?>)(row => column.Value(row)))]);
        }

        private static IEnumerable<(string Name, bool IsKey, Func<object?, object?> Value)> ColumnsOf(IEntityType type, Func<object?, object?> owner) =>
            type.GetProperties().Select(property =>
            {
                var (converter, of) = (property.GetTypeMapping().Converter, property.PropertyInfo);
                return (property.GetColumnName(StoreObjectIdentifier.Table(type.GetTableName()!))!, property.IsPrimaryKey(), (Func<object?, object?>)(row =>
                    owner(row) is not { } entity || of?.GetValue(entity) is not { } value ? null : converter is null ? value : converter.ConvertToProvider(value)));
            });
    }
}
