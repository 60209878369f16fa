using System.Globalization;
using System.Text.RegularExpressions;
using Attendance.Web.Http;
using Microsoft.Extensions.Options;

namespace Attendance.Web.ReadApi;

/// <summary>Names the filters of a list, besides those that all lists have.</summary>
internal sealed record ListParameters(params IReadOnlyList<string> Filters);

/// <summary>One page of a list, as a reader asks for it.</summary>
internal sealed record ListRequest(int Limit, ListPosition Position)
{
    public const string LimitName = "limit", CursorName = "cursor", SinceName = "updated_since";

    /// <summary>The parameters whose value is an id, and those whose value is a time.</summary>
    public static readonly string[] Ids = ["group", "session", "person"], Times = ["from", "until", SinceName];

    public const int MostItems = 500, UsualItems = 100;

    public Guid? Group => IdOf("group");

    public Guid? Session => IdOf("session");

    public Guid? Person => IdOf("person");

    /// <summary>The beginning of the time that is asked for, inclusive.</summary>
    public DateTime? From => TimeOf("from");

    /// <summary>The end of the time that is asked for, exclusive.</summary>
    public DateTime? Until => TimeOf("until");

    private Guid? IdOf(string name) => Position.Filters.TryGetValue(name, out var text) && Guid.TryParseExact(text, "D", out var id) ? id : null;

    private DateTime? TimeOf(string name) => Position.Filters.TryGetValue(name, out var text) ? ListRequests.TimeOf(text) : null;
}

/// <summary>Reads the parameters of lists. An error names the parameter.</summary>
internal sealed partial class ListRequests(CursorSeal seal, IOptions<ReadApiOptions> options, TimeProvider clock)
{
    /// <exception cref="RequestException">A parameter is not valid. The exception names each that is wrong.</exception>
    /// <returns>The request, or the problem that its cursor is too old. Exactly one of them is null.</returns>
    public (ListRequest? Request, Problem? Problem) Read(HttpRequest request, string list)
    {
        var filters = request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<ListParameters>()?.Filters ?? [];
        var (given, errors) = (request.Query, new Dictionary<string, string[]>(StringComparer.Ordinal));
        foreach (var (name, values) in given)
        {
            if (name is not (ListRequest.LimitName or ListRequest.CursorName or ListRequest.SinceName) && !filters.Contains(name, StringComparer.Ordinal))
            {
                errors[name.Length <= 40 ? name : name[..40]] = [$"is no parameter of this list. There are: {string.Join(", ", [ListRequest.LimitName, ListRequest.CursorName, ListRequest.SinceName, .. filters])}."];
            }
            else if (values.Count != 1)
            {
                errors[name] = ["may occur once."];
            }
            else if (FaultOf(name, values.ToString()) is { } fault)
            {
                errors[name] = [fault];
            }
        }

        RequestException.ThrowIfAny(errors);
        var limit = given.ContainsKey(ListRequest.LimitName) ? int.Parse(given[ListRequest.LimitName].ToString(), CultureInfo.InvariantCulture) : ListRequest.UsualItems;
        return given.ContainsKey(ListRequest.CursorName)
            ? GoOn(given[ListRequest.CursorName].ToString(), list, limit, given.Keys.Any(name => name is not (ListRequest.CursorName or ListRequest.LimitName)))
            : (new(limit, Begin(list, given.Where(each => each.Key != ListRequest.LimitName).ToDictionary(each => each.Key, each => each.Value.ToString(), StringComparer.Ordinal))), null);
    }

    /// <summary>Answers with a page whose items are found by their ids. What is deleted after the page was read is left out, and comes later.</summary>
    /// <param name="readAsync">Reads the keys of the page.</param>
    /// <param name="findAsync">Finds the items of these ids, in a number of queries that does not depend on how many they are.</param>
    /// <param name="gone">Makes the item of something that was deleted.</param>
    public async Task<IResult> AnswerAsync<T>(
        HttpRequest http, string list, Func<ListRequest, Task<KeyPage>> readAsync, Func<IReadOnlyList<Guid>, Task<Dictionary<Guid, T>>> findAsync, Func<PageKey, T?> gone)
        where T : class
    {
        var (request, problem) = Read(http, list);
        if (request is null)
        {
            return problem!;
        }

        var page = await readAsync(request);
        var found = await findAsync(page.Ids);
        var items = page.Keys.Select(key => page.Deleted.Contains(key) ? gone(key) : found.GetValueOrDefault(key.Id)).OfType<T>().ToList();
        var next = page.HasMore ? request.Position with { AfterAt = page.Keys[^1].At, AfterId = page.Keys[^1].Id } : request.Position.Again();
        return ApiAnswer.Of(new ListAnswer<T>(items, page.HasMore, seal.Seal(next)));
    }

    public string CursorOf(ListPosition position) => seal.Seal(position);

    /// <returns>A time of RFC 3339 in UTC, or null if the text is none.</returns>
    public static DateTime? TimeOf(string text) =>
        Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time.UtcDateTime : null;

    private ListPosition Begin(string list, Dictionary<string, string> filters) => new(
        list, filters, NewFloor(), filters.TryGetValue(ListRequest.SinceName, out var since) ? TimeOf(since) : null, filters.ContainsKey(ListRequest.SinceName));

    private (ListRequest? Request, Problem? Problem) GoOn(string cursor, string list, int limit, bool hasFilters)
    {
        if (hasFilters)
        {
            throw new RequestException(ListRequest.CursorName, "goes with 'limit' only: it has the filters of the request that it came from.");
        }

        if (seal.Open(cursor) is not { } position || position.List != list)
        {
            throw new RequestException(ListRequest.CursorName, "must be what 'next_cursor' of this list said, unchanged.");
        }

        if (position.AfterAt is not null)
        {
            return (new(limit, position), null);
        }

        var oldest = clock.GetUtcNow().UtcDateTime - options.Value.DeletionsKept;
        return position.Since < oldest ? (null, ApiProblems.CursorExpired()) : (new(limit, position with { Floor = NewFloor() }), null);
    }

    private DateTime NewFloor() => clock.GetUtcNow().UtcDateTime - options.Value.Overlap;

    private static string? FaultOf(string name, string value) =>
        name == ListRequest.LimitName
            ? int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= ListRequest.MostItems ? null : $"must be 1 to {ListRequest.MostItems}."
        : ListRequest.Ids.Contains(name) ? Guid.TryParseExact(value, "D", out _) ? null : "must be an id, such as 019ad0c4-5f0e-7b52-9d3e-2b1f6a1c7e10."
        : ListRequest.Times.Contains(name) && TimeOf(value) is null ? "must be a time of RFC 3339 with its offset, such as 2026-11-30T08:00:00Z. Write + as %2B."
        : null;

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,7})?([Zz]|[+-]\d\d:\d\d)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rfc3339();
}
