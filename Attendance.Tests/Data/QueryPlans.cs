using System.Data.Common;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Attendance.Tests.Data;

/// <summary>How one step of a query gets at the rows of a table.</summary>
/// <param name="IsIndexOnly">Whether an index has all that is asked of the table, so that no row of it is read.</param>
/// <param name="ReadsMuch">Whether it reads the whole table or its index, or a large part of it.</param>
/// <param name="Plan">What the database says.</param>
internal sealed record TableAccess(RequestQuery Query, string Table, bool IsIndexOnly, bool ReadsMuch, string Plan);

/// <summary>Asks databases how they carry out a query.</summary>
internal static partial class QueryPlans
{
    /// <summary>The part of a table that counts as a large one.</summary>
    private const double Much = 0.25;

    /// <summary>SQLite says whether it searches an index or goes through all of it, and not how far it goes.</summary>
    public static async Task<IReadOnlyList<TableAccess>> OfSqliteAsync(DbConnection connection, RequestQuery query, CancellationToken cancellationToken)
    {
        var tables = Alias().Matches(query.Text).ToLookup(match => match.Groups[2].Value, match => match.Groups[1].Value);
        var found = new List<TableAccess>();
        await using var explain = connection.CreateCommand();
        explain.CommandText = $"EXPLAIN QUERY PLAN {query.Text}";
        foreach (var parameter in query.Parameters)
        {
            explain.Parameters.Add(new SqliteParameter(parameter.ParameterName, parameter.Value));
        }

        await using var lines = await explain.ExecuteReaderAsync(cancellationToken);
        while (await lines.ReadAsync(cancellationToken))
        {
            var line = lines.GetString(lines.GetOrdinal("detail"));
            if (Step().Match(line) is { Success: true } step)
            {
                var name = step.Groups[2].Value;
                found.Add(new(query, tables[name].FirstOrDefault() ?? name, line.Contains("COVERING INDEX", StringComparison.Ordinal), step.Groups[1].Value == "SCAN", line));
            }
        }

        return found;
    }

    /// <summary>
    /// PostgreSQL carries the query out and counts what it reads. The tables of a test are so small that it would read them whole, so it is told to look
    /// up row by row in indexes wherever there is one.
    /// </summary>
    public static async Task<IReadOnlyList<TableAccess>> OfPostgresAsync(DbConnection connection, RequestQuery query, CancellationToken cancellationToken)
    {
        var sizes = await SizesAsync(connection, cancellationToken);
        await using var explain = connection.CreateCommand();
        explain.CommandText = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";
        await explain.ExecuteNonQueryAsync(cancellationToken);
        explain.CommandText = $"EXPLAIN (ANALYZE, FORMAT JSON) {query.Text}";
        foreach (var parameter in query.Parameters.Cast<NpgsqlParameter>())
        {
            explain.Parameters.Add(parameter.Clone());
        }

        var plan = JsonDocument.Parse((string)(await explain.ExecuteScalarAsync(cancellationToken))!);
        return [.. Nodes(plan.RootElement[0].GetProperty("Plan")).Select(node => AccessOf(node, query, sizes)).OfType<TableAccess>()];
    }

    private static TableAccess? AccessOf(JsonElement node, RequestQuery query, Dictionary<string, long> sizes)
    {
        if (!node.TryGetProperty("Relation Name", out var relation))
        {
            return null;
        }

        var (table, type) = (relation.GetString()!, node.GetProperty("Node Type").GetString()!);
        var rows = (Number(node, "Actual Rows") + Number(node, "Rows Removed by Filter") + Number(node, "Rows Removed by Index Recheck")) * Number(node, "Actual Loops");
        return new(query, table, type == "Index Only Scan", type == "Seq Scan" || rows > Much * sizes.GetValueOrDefault(table), $"{type} on {table}: {rows} of {sizes.GetValueOrDefault(table)} rows");
    }

    private static double Number(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;

    private static IEnumerable<JsonElement> Nodes(JsonElement plan) => plan.TryGetProperty("Plans", out var parts) ? parts.EnumerateArray().SelectMany(Nodes).Prepend(plan) : [plan];

    private static async Task<Dictionary<string, long>> SizesAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var ask = connection.CreateCommand();
        ask.CommandText = "SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r' AND reltuples >= 0";
        await using var rows = await ask.ExecuteReaderAsync(cancellationToken);
        var sizes = new Dictionary<string, long>();
        while (await rows.ReadAsync(cancellationToken))
        {
            sizes[rows.GetString(0)] = rows.GetInt64(1);
        }

        return sizes;
    }

    [GeneratedRegex("\"(\\w+)\" AS \"(\\w+)\"")]
    private static partial Regex Alias();

    [GeneratedRegex(@"^(SCAN|SEARCH) (\w+)")]
    private static partial Regex Step();
}
