using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Attendance.CameraApi.Events;
using Microsoft.AspNetCore.Http;

namespace Attendance.Tests.Hosts;

/// <summary>The streams of Server-Sent Events that pass a proxy. A test may change an event on its way, and add others.</summary>
internal sealed class EventProxy
{
    private readonly ConcurrentDictionary<HttpContext, SemaphoreSlim> _open = new();
    private readonly ConcurrentDictionary<string, Func<string, string>> _rewrites = new();

    private readonly ConcurrentDictionary<string, Func<IEnumerable<(string Name, object Data)>>> _following = new();

    public int Open => _open.Count;

    /// <summary>Changes the service's own events of a name, from the next stream on.</summary>
    public void Rewrite<T>(string name, Func<T, T> change) where T : notnull =>
        _rewrites[name] = json => Serialize(change(JsonSerializer.Deserialize<T>(json, WireJson.Options)!));

    /// <summary>Adds others after each of the service's own events of a name.</summary>
    public void Follow(string name, Func<IEnumerable<(string Name, object Data)>> others) => _following[name] = others;

    /// <summary>Tells everybody who listens.</summary>
    public Task TellAsync<T>(string name, T data) where T : notnull => Task.WhenAll(_open.Select(async stream =>
    {
        try
        {
            await WriteAsync(stream.Key, stream.Value, Format(name, data));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // That one has just left.
        }
    }));

    public async Task PassAsync(Stream from, HttpContext context)
    {
        using var turn = new SemaphoreSlim(1);
        _open[context] = turn;
        try
        {
            using var reader = new StreamReader(from);
            var lines = new List<string>();
            while (await reader.ReadLineAsync(context.RequestAborted) is { } line)
            {
                if (line.Length > 0)
                {
                    lines.Add(line);
                    continue;
                }

                await WriteAsync(context, turn, Changed(lines));
                lines.Clear();
            }
        }
        finally
        {
            _open.TryRemove(context, out _);
        }
    }

    private static string Format(string name, object data) => $"event: {name}\ndata: {Serialize(data)}\n\n";

    private static string Serialize<T>(T data) where T : notnull => JsonSerializer.Serialize(data, data.GetType(), CameraEvent.Json);

    private static async Task WriteAsync(HttpContext context, SemaphoreSlim turn, string text)
    {
        await turn.WaitAsync(context.RequestAborted);
        try
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        finally
        {
            turn.Release();
        }
    }

    private string Changed(List<string> lines)
    {
        var name = lines.Find(line => line.StartsWith("event: ", StringComparison.Ordinal))?["event: ".Length..] ?? "";
        var own = lines.Select(line => line.StartsWith("data: ", StringComparison.Ordinal) && _rewrites.TryGetValue(name, out var rewrite) ? "data: " + rewrite(line["data: ".Length..]) : line);
        var others = _following.TryGetValue(name, out var following) ? following().Select(one => Format(one.Name, one.Data)) : [];
        return string.Join('\n', own) + "\n\n" + string.Concat(others);
    }
}
