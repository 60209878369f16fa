using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Attendance.CameraApi.Store;

/// <summary>
/// A script that the store runs atomically, in one round trip. It is sent by its hash. If the server does not know the hash yet, it is sent
/// again by its text, and so runs later than requests that were sent after it.
/// </summary>
internal sealed class StoreScript
{
    private static readonly string s_common = ReadResource("common");

    private readonly string _text;
    private readonly byte[] _hash;

    private StoreScript(string name)
    {
        Name = name;
        _text = s_common + "\n" + ReadResource(name);
#pragma warning disable CA5350 // EVALSHA names a script by SHA-1; nothing is protected by it.
        _hash = SHA1.HashData(Encoding.UTF8.GetBytes(_text));
#pragma warning restore CA5350
    }

    public static StoreScript Acquire { get; } = new("acquire");

    public static StoreScript Release { get; } = new("release");

    public static StoreScript Renew { get; } = new("renew");

    public static StoreScript Read { get; } = new("read");

    public static StoreScript Settle { get; } = new("settle");

    public static StoreScript Overdue { get; } = new("overdue");

    public static StoreScript Beat { get; } = new("beat");

    public string Name { get; }

    public async Task<RedisResult> RunAsync(IDatabase database, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await database.ScriptEvaluateAsync(_hash, keys, values);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(_text, keys, values);
        }
    }

    private static string ReadResource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.lua")
            ?? throw new InvalidOperationException($"The script '{name}' is not part of this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
