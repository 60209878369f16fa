using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Attendance.LocalHosting.ApplicationModel;

public sealed record LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>What the resources write, by resource: the last lines of each, and whatever comes.</summary>
public sealed partial class ResourceLoggerService(ILoggerFactory loggers, IHostEnvironment environment)
{
    private const int LinesKept = 10_000;

    private readonly ConcurrentDictionary<string, Log> _logs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Raised for every line of every resource.</summary>
    internal event Action<string, LogLine>? Written;

    /// <summary>The lines there are, then every new one.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(
        string resourceName, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var log = LogOf(resourceName);
        var channel = Channel.CreateUnbounded<LogLine>();
        IReadOnlyList<LogLine> present;
        lock (log)
        {
            present = [.. log.Lines];
            log.Watchers.Add(channel);
        }

        try
        {
            yield return present;
            await foreach (var line in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return [line];
            }
        }
        finally
        {
            lock (log)
            {
                log.Watchers.Remove(channel);
            }
        }
    }

    internal void Write(string resourceName, string content, bool isError)
    {
        var log = LogOf(resourceName);
        LogLine line;
        lock (log)
        {
            line = new LogLine(++log.Count, content, isError);
            log.Lines.Enqueue(line);
            if (log.Lines.Count > LinesKept)
            {
                log.Lines.Dequeue();
            }

            foreach (var watcher in log.Watchers)
            {
                watcher.Writer.TryWrite(line);
            }
        }

        Written?.Invoke(resourceName, line);
        LogResourceLine(log.Logger, isError ? LogLevel.Error : LogLevel.Information, content);
    }

    private Log LogOf(string resourceName) => _logs.GetOrAdd(
        resourceName, name => new Log(loggers.CreateLogger($"{environment.ApplicationName}.Resources.{name}")));

    [LoggerMessage("{Line}")]
    private static partial void LogResourceLine(ILogger logger, LogLevel level, string line);

    private sealed class Log(ILogger logger)
    {
        public ILogger Logger => logger;

        public Queue<LogLine> Lines { get; } = [];

        public List<Channel<LogLine>> Watchers { get; } = [];

        public int Count { get; set; }
    }
}
