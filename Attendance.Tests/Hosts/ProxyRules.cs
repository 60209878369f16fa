using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Attendance.Tests.Hosts;

/// <summary>A request that has passed the proxy.</summary>
/// <param name="Target">The path and the query, as they were written.</param>
internal sealed record PassedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Content)
{
    public string Body => Encoding.UTF8.GetString(Content);

    /// <summary>The JSON that the service has answered; null for any other answer, and while there is none.</summary>
    public string? Answer { get; set; }
}

/// <summary>What a proxy does with requests and answers of a method and a path besides passing them on.</summary>
internal abstract class ProxyRules
{
    private readonly ConcurrentDictionary<string, Rule> _rules = new();
    private readonly ConcurrentDictionary<string, Func<string, string>> _changes = new(), _rewrites = new();

    /// <summary>Acts on requests before they are passed on: what it returns is the answer, and null passes the request on.</summary>
    /// <param name="path">The path, in which a star may stand for any part.</param>
    public void When(string method, string path, Func<HttpContext, PassedRequest, Task<IResult?>> act) => _rules[$"{method} {path}"] = new(method, path, act);

    /// <summary>Answers so itself, until it is told to pass such requests on again.</summary>
    public void Refuse(string method, string path, IResult answer) => When(method, path, (_, _) => Task.FromResult<IResult?>(answer));

    /// <summary>Ends the connection instead of answering.</summary>
    public void Break(string method, string path) => When(method, path, (context, _) =>
    {
        context.Abort();
        return Task.FromResult<IResult?>(Results.Empty);
    });

    /// <summary>Holds requests back until the task has ended, or their client has left.</summary>
    public void Hold(string method, string path, Task until) => When(method, path, async (context, _) =>
    {
        await until.WaitAsync(context.RequestAborted);
        return null;
    });

    /// <summary>Answers with a record of the service.</summary>
    public void Answer<T>(string method, string path, T record) => Refuse(method, path, Results.Json(record, WireJson.Options));

    public void Pass(string method, string path) => _rules.TryRemove($"{method} {path}", out _);

    /// <summary>Changes requests on their way. They are recorded as they came.</summary>
    public void ChangeRequest<T>(string path, Func<T, T> change) =>
        _changes[path] = json => JsonSerializer.Serialize(change(JsonSerializer.Deserialize<T>(json, WireJson.Requests)!), WireJson.Requests);

    /// <summary>Changes the service's own answers on their way.</summary>
    public void Rewrite<T>(string path, Func<T, T> change) =>
        _rewrites[path] = json => JsonSerializer.Serialize(change(JsonSerializer.Deserialize<T>(json, WireJson.Options)!), WireJson.Options);

    /// <summary>Passes everything on again, as it comes.</summary>
    public virtual void Forget()
    {
        _rules.Clear();
        _changes.Clear();
        _rewrites.Clear();
    }

    public void StopRewriting(string path) => _rewrites.TryRemove(path, out _);

    protected async Task<IResult?> ActAsync(HttpContext context, PassedRequest passed, string path) =>
        _rules.Values.FirstOrDefault(each => each.Method == passed.Method && each.IsOf(path)) is { } rule ? await rule.Act(context, passed) : null;

    protected byte[] Changed(string path, byte[] request) => Apply(_changes, path, request);

    protected byte[] Rewritten(string path, byte[] answer) => Apply(_rewrites, path, answer);

    private static byte[] Apply(ConcurrentDictionary<string, Func<string, string>> changes, string path, byte[] json) =>
        changes.TryGetValue(path, out var change) ? Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(json))) : json;

    private sealed record Rule(string Method, string Path, Func<HttpContext, PassedRequest, Task<IResult?>> Act)
    {
        public bool IsOf(string path) => Path.Split('*') is [var first, var last]
            ? path.StartsWith(first, StringComparison.Ordinal) && path.EndsWith(last, StringComparison.Ordinal)
            : path == Path;
    }
}
