using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Attendance.CameraApi.Leases;

/// <summary>One change of the store: atomic, one round trip. Sent by its hash; by its text when the server does not know it yet.</summary>
internal sealed class LuaScript
{
    private static readonly string s_common = ReadResource("common");

    private readonly string _text;
    private readonly byte[] _hash;

    private LuaScript(string name)
    {
        Name = name;
        _text = s_common + "\n" + ReadResource(name);
#pragma warning disable CA5350 // EVALSHA names a script by SHA-1; nothing is protected by it.
        _hash = SHA1.HashData(Encoding.UTF8.GetBytes(_text));
#pragma warning restore CA5350
    }

    public static LuaScript Change { get; } = new("change");

    public static LuaScript Renew { get; } = new("renew");

    public static LuaScript Read { get; } = new("read");

    public static LuaScript Settle { get; } = new("settle");

    public static LuaScript Overdue { get; } = new("overdue");

    public static LuaScript Beat { get; } = new("beat");

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
