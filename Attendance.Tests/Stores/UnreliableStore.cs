using System.Reflection;
using StackExchange.Redis;

namespace Attendance.Tests.Stores;

internal enum Outage
{
    None,

    /// <summary>Requests do not reach the store.</summary>
    NotReached,

    /// <summary>The store carries out requests, but its answers are lost.</summary>
    NotHeard,
}

/// <summary>A connection whose scripts fail for as long as it is told so. Everything else goes to the real store.</summary>
#pragma warning disable CA1852 // the proxy is a type derived from this one while the tests run
internal class UnreliableStore : DispatchProxy
#pragma warning restore CA1852
{
    private object _inner = null!;
    private Switch _switch = null!;

    public static (IConnectionMultiplexer Connection, Switch Switch) Over(IConnectionMultiplexer connection)
    {
        var outage = new Switch();
        return (Wrap(connection, outage), outage);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IDatabase.ScriptEvaluateAsync))
        {
            return RunAsync(() => (Task<RedisResult>)Call()!);
        }

        var result = Call();
        return result is IDatabase database ? Wrap(database, _switch) : result;

        object? Call() => targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null);
    }

    private static T Wrap<T>(T inner, Switch outage) where T : class
    {
        var proxy = Create<T, UnreliableStore>();
        var wrapped = (UnreliableStore)(object)proxy;
        (wrapped._inner, wrapped._switch) = (inner, outage);
        return proxy;
    }

    private async Task<RedisResult> RunAsync(Func<Task<RedisResult>> run)
    {
        var outage = _switch.Outage;
        if (outage != Outage.NotReached)
        {
            using var asked = _switch.Ask();
            var answer = await run();
            if (outage == Outage.None)
            {
                return answer;
            }
        }

        throw new RedisConnectionException(ConnectionFailureType.SocketFailure, CommandFlags.None, "The test says so.");
    }

    internal sealed class Switch
    {
        private volatile Outage _outage;
        private int _asked;

        /// <summary>Whether the store is working on a request. A fake clock that must stay in step with it waits meanwhile.</summary>
        public bool IsAsked => Volatile.Read(ref _asked) > 0;

        public Outage Outage
        {
            get => _outage;
            set => _outage = value;
        }

        public IDisposable Ask()
        {
            Interlocked.Increment(ref _asked);
            return new Answer(this);
        }

        private sealed class Answer(Switch owner) : IDisposable
        {
            public void Dispose() => Interlocked.Decrement(ref owner._asked);
        }
    }
}
