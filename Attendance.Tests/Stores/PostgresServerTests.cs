using Npgsql;
using Xunit;

namespace Attendance.Tests.Stores;

public sealed class PostgresServerTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_keeps_what_it_is_given_and_has_nothing_of_another_one()
    {
        var (one, another) = (await server.CreateDatabaseAsync(Cancel), await server.CreateDatabaseAsync(Cancel));
        await using var source = NpgsqlDataSource.Create(one);
        await using var stranger = NpgsqlDataSource.Create(another);
        byte[] picture = [0xFF, 0xD8, 0x00, 0xFF, 0xD9];

        await using var create = source.CreateCommand("CREATE TABLE shots (name text PRIMARY KEY, picture bytea)");
        await create.ExecuteNonQueryAsync(Cancel);
        await using var fill = source.CreateCommand("INSERT INTO shots VALUES ('Zoë 李', $1)");
        fill.Parameters.AddWithValue(picture);
        await fill.ExecuteNonQueryAsync(Cancel);

        await using var read = source.CreateCommand("SELECT picture FROM shots WHERE name = 'Zoë 李'");
        Assert.Equal(picture, await read.ExecuteScalarAsync(Cancel));
        await using var look = stranger.CreateCommand("SELECT picture FROM shots");
        var error = await Assert.ThrowsAsync<PostgresException>(() => look.ExecuteScalarAsync(Cancel));
        Assert.Equal(PostgresErrorCodes.UndefinedTable, error.SqlState);
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_password()
    {
        var connection = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync(Cancel)) { Password = "a guess", Pooling = false };
        await using var guess = new NpgsqlConnection(connection.ConnectionString);

        var error = await Assert.ThrowsAsync<PostgresException>(() => guess.OpenAsync(Cancel));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, error.SqlState);
    }

    [Fact]
    public async Task A_second_one_runs_beside_it_and_leaves_nothing_even_with_a_client_connected()
    {
        var first = await server.CreateDatabaseAsync(Cancel);
        var second = new PostgresServer();
        await using var client = new NpgsqlConnection();
        await using (second)
        {
            await second.InitializeAsync();
            client.ConnectionString = await second.CreateDatabaseAsync(Cancel);
            await client.OpenAsync(Cancel);
            Assert.NotEqual(server.Port, second.Port);
            Assert.True(Directory.Exists(second.Folder));
        }

        Assert.False(Directory.Exists(second.Folder));
        await using var late = new NpgsqlConnection(client.ConnectionString);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => late.OpenAsync(Cancel));
        await using var other = new NpgsqlConnection(first);
        await other.OpenAsync(Cancel);
    }
}
