using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.StackExchangeRedis;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using StackExchange.Redis;

namespace Attendance.Web.Sessions;

/// <summary>
/// What replicas of Web must share, in the store that the system has anyway: the data-protection keys and the
/// distributed cache. A page needs neither to show a camera, so Web starts and serves while the store is down.
/// </summary>
internal static class SharedSessions
{
    private const string ConnectionName = "sessions";
    private const string Scope = "attendance:web:";

    public static void AddSharedSessions(this IHostApplicationBuilder builder)
    {
        var protection = builder.Services.AddDataProtection().SetApplicationName("Attendance.Web");
        if (builder.Configuration.GetConnectionString(ConnectionName) is not { Length: > 0 } connectionString)
        {
            // A developer who starts Web alone gets by without a store; a deployment that forgot it would lose sessions.
            if (!builder.Environment.IsDevelopment())
            {
                throw new InvalidOperationException($"ConnectionStrings:{ConnectionName} is missing: set it to the Redis store.");
            }

            builder.Services.AddDistributedMemoryCache();
            return;
        }

        var store = Parse(connectionString);
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(store));
        builder.Services.AddOptions<KeyManagementOptions>().Configure<IConnectionMultiplexer>((options, connection) =>
            options.XmlRepository = new RedisXmlRepository(() => connection.GetDatabase(), Scope + "data-protection"));
        builder.Services.AddStackExchangeRedisCache(_ => { });
        builder.Services.AddOptions<RedisCacheOptions>().Configure<IConnectionMultiplexer>((options, connection) =>
        {
            options.InstanceName = Scope + "cache:";
            options.ConnectionMultiplexerFactory = () => Task.FromResult(connection);
        });
    }

    private static ConfigurationOptions Parse(string connectionString)
    {
        try
        {
            var store = ConfigurationOptions.Parse(connectionString);
            store.AbortOnConnectFail = false; // it goes on trying in the background
            store.BacklogPolicy = BacklogPolicy.FailFast; // a page never waits for a store that is down
            store.ClientName = "web";
            return store;
        }
        catch (ArgumentException)
        {
            // Without the parser's own message: it quotes what it read, and that holds the password.
            throw new InvalidOperationException($"ConnectionStrings:{ConnectionName} is not a Redis connection string.");
        }
    }
}
